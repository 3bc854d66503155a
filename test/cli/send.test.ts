import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patientRecipient, type RequestSample } from '../../samples/kit/request.ts';
import { PATIENTS } from '../../samples/kit/patients.ts';
import { CATALOGUE } from '../../src/errors/catalogue.ts';
import { frame } from '../../src/formats/hl7/framing.ts';
import { startMllpServer } from '../../src/peers/mllp/server.ts';
import { certificates } from '../kit/certificates.ts';
import { freePort } from '../kit/free-port.ts';
import { startMllpServer as startScriptedMllp } from '../kit/mllp-server.ts';
import { DOCTOR, type Laboratory, newRequest, PATIENT, startLaboratory } from '../kit/outgoing.ts';
import { called } from './called.ts';
import { type FileChange, laboratoryFile } from './laboratory-file.ts';
import { type Ended, pfi } from './processes.ts';

let laboratory: Laboratory;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pfi-send-'));
  laboratory = await startLaboratory();
});
afterAll(async () => {
  await laboratory.stop();
  rmSync(folder, { recursive: true, force: true });
});

function file(bytes: string | Uint8Array, name = 'demande.hl7'): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** A request in a file. */
function request(overrides: Partial<RequestSample> = {}): { path: string; controlId: string } {
  const { message, controlId } = newRequest(overrides);
  return { path: file(message, `${controlId}.hl7`), controlId };
}

function send(path: string, words: readonly string[] = [], change?: FileChange): Promise<Ended> {
  return called(['send', path, ...words, '--config', laboratoryFile(laboratory, change)]);
}

async function requestsKnown(): Promise<number> {
  const known = await laboratory.gateway().journal.list({ limit: 1_000 });
  return known.filter(({ nature }) => nature === 'request').length;
}

describe('pfi send', () => {
  it('shows the answer, what the request becomes, and where to look further: exit 0', async () => {
    const { path, controlId } = request({ wishes: { DESTMSSANTEPS: 'Y', ACK_RECEPTION: 'Y' } });
    const { code, stdout, stderr } = await pfi(['send', path, '--config', laboratoryFile(laboratory)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`AA : demande acceptée (message ${controlId})`);
    expect(lines[1]).toMatch(/^ {2}\S+ \S+ {2}demande acceptée \(R01\) : documents 1, destinataires 1$/);
    expect(stdout).toMatch(/^ {2}\S+ \S+ {2}courriel aux professionnels : remis à l’opérateur$/m);
    expect(stdout).toMatch(/^Échange \S{36} : (avis attendu|terminé)$/m);
    expect(stdout).toMatch(/^ {2}Document 1 : .+ \(11502-2\), ajout$/m);
    expect(stdout).toMatch(
      new RegExp(`^ {4}${DOCTOR} : (remis|parti, avis de remise attendu avant le \\S+ \\S+)$`, 'm'),
    );
    const { exchange } = await laboratory.settled(controlId);
    expect(lines.at(-2)).toBe(`La suite : pfi exchanges show ${exchange.id}`);
  });

  it('shows why a request is refused and what to do: exit 1, nothing kept', async () => {
    const before = await requestsKnown();
    const { path } = request({ patient: PATIENTS.dartagnan });
    const { code, stdout, stderr } = await send(path);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(
      /^AE : demande refusée, rien n’est envoyé \(message REQ-\d+\)\n {2}ERR-2 PID\^1\^3\n/,
    );
    expect(stdout).toContain('\n  ERR-3 207 Application error\n');
    expect(stdout).toContain(`\n  ERR-5 REQ-016 ${CATALOGUE['REQ-016'].why}\n`);
    expect(stdout).toContain(`\n  À faire : ${CATALOGUE['REQ-016'].todo}\n`);
    expect(await requestsKnown()).toBe(before);
  });

  it('shows the reason that stands in ERR-8 alone, where HL7 has a condition of its own for it', async () => {
    const { path } = request({ alter: segments => segments.filter(segment => !segment.startsWith('PID')) });
    const { stdout } = await send(path);
    expect(stdout).toContain('  ERR-3 100 Segment sequence error\n  ERR-8 REQ-007 : ');
    expect(stdout).toContain('Segment PID.');
    expect(stdout).toContain(`  À faire : ${CATALOGUE['REQ-007'].todo}`);
  });

  it('sends the same file once, and with --new-id as another request', async () => {
    const { path, controlId } = request();
    expect((await send(path)).stdout).toContain(`AA : demande acceptée (message ${controlId})`);
    const before = await requestsKnown();
    const again = await send(path);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('la même demande est revenue : rien n’est refait');
    expect(await requestsKnown()).toBe(before);
    const renewed = await send(path, ['--new-id']);
    expect(renewed.code).toBe(0);
    expect(renewed.stdout).toMatch(/^AA : demande acceptée \(message [0-9a-f]{20}\)$/m);
    expect(await requestsKnown()).toBe(before + 1);
  });

  it('is JSON for a program, and never has the address of a patient', async () => {
    const { path, controlId } = request({
      wishes: { DESTMSSANTEPAT: 'Y' },
      recipients: [patientRecipient(PATIENTS.morvan)],
    });
    const { code, stdout, stderr } = await send(path, ['--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      ack: { code: 'AA', controlId },
      exchange: { nature: 'request', sender: 'sgl' },
      requested: { recipients: [{ audience: 'patient', state: 'sent' }] },
    });
    const told = await send(path);
    expect(told.stdout).toContain('    messagerie du patient : ');
    for (const text of [stdout, told.stdout]) expect(text).not.toContain(PATIENT.split('@', 1)[0]);
    const refused = await send(request({ patient: PATIENTS.lenoir }).path, ['--json']);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ ack: { code: 'AE' } });
  });

  it('does not wait where it is told not to', async () => {
    const { path, controlId } = request();
    const { code, stdout } = await send(path, ['--wait', '0s']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Échange \S{36} : (en cours|avis attendu|terminé)$/m);
    await laboratory.settled(controlId);
  });

  it.each<[string, (message: Buffer) => Buffer]>([
    [
      'with LF line ends',
      message => Buffer.from(message.toString('latin1').replaceAll('\r', '\n'), 'latin1'),
    ],
    ['with CRLF', message => Buffer.from(message.toString('latin1').replaceAll('\r', '\r\n'), 'latin1')],
    ['as captured on the line, with its frame', message => Buffer.from(frame(message))],
    ['without the last CR', message => message.subarray(0, -1)],
  ])('takes a message %s', async (_, write) => {
    const { message, controlId } = newRequest();
    const { code, stdout } = await send(file(write(message)), ['--wait', '0s']);
    expect({ code, first: stdout.split('\n', 1)[0] }).toEqual({
      code: 0,
      first: `AA : demande acceptée (message ${controlId})`,
    });
  });
});

describe('without an answer: exit 1, and what may have become of the request', () => {
  it('where nobody listens', async () => {
    const port = await freePort();
    const { code, stdout, stderr } = await send(request().path, [], { port });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(
      `La passerelle n’écoute pas à cette adresse : tourne-t-elle, avec cette configuration ? (127.0.0.1:${port}, MLLP-001).\nLa demande n’a pas été prise.\n`,
    );
    const json = await send(request().path, ['--json'], { port });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: 'MLLP-001' } });
  });

  it.each([
    ['silence', 'MLLP-002'],
    ['close', 'MLLP-003'],
    ['garbage', 'HL7-002'],
    ['stranger', 'HL7-004'],
  ] as const)('where there comes %s', async (reply, expected) => {
    const server = await startScriptedMllp();
    server.script(reply);
    const { code, stdout, stderr } = await send(request().path, [], {
      port: server.port,
      deliver: { timeout: '200ms' },
    });
    await server.stop();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`, ${expected}).`);
    expect(stderr).toContain('elle ne sera pas traitée deux fois');
  });
});

describe('over TLS', () => {
  it('needs the authority, and a certificate where one is asked for', async () => {
    const { cert, key } = certificates.server;
    const handled: Uint8Array[] = [];
    const server = await startMllpServer({
      host: '127.0.0.1',
      port: 0,
      tls: { cert, key, clientCa: certificates.ca },
      maxBytes: 1_000_000,
      idleInFrameMs: 5_000,
      maxConnections: 4,
      handle: async message => {
        handled.push(message);
        const id = /\|(REQ-\d+)\|/.exec(Buffer.from(message).toString('latin1'))?.[1] ?? '';
        const ack = `MSH|^~\\&|PFI|X|SGL|X|20261120||ACK^R01^ACK|A1|P|2.5\rMSA|AE|${id}\r`;
        return { bytes: Buffer.from(ack), isReadable: true };
      },
      broken: () => undefined,
      failed: () => undefined,
      unreadable: () => undefined,
    });
    const tls = {
      cert: file(cert, 'server.pem'),
      key: file(key, 'server.key'),
      clientCa: file(certificates.ca, 'ca.pem'),
    };
    const change = { port: server.port, accept: { tls } };
    const own = ['--cert', file(certificates.client.cert, 'client.pem')];
    const ownKey = ['--key', file(certificates.client.key, 'client.key')];
    const untrusted = await send(request().path, [], change);
    expect(untrusted).toMatchObject({ code: 1, stdout: '' });
    expect(untrusted.stderr).toContain('MLLP-004');
    const unknown = await send(request().path, ['--ca', tls.clientCa], change);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(handled).toHaveLength(0);
    const known = await send(request().path, ['--ca', tls.clientCa, ...own, ...ownKey], change);
    await server.stop(0);
    expect(known.stdout).toMatch(/^AE : /);
    expect(handled).toHaveLength(1);
  });
});

describe('a command that cannot be carried out: exit 2, nothing sent', () => {
  const ris = {
    name: 'ris',
    hl7: { application: 'RIS', facility: 'EMBRUNS' },
    deliver: { directory: { path: '/tmp' } },
  };

  it.each<[string, readonly string[], FileChange, string]>([
    [
      'several applications send',
      [],
      { others: [{ ...ris, accept: { mllp: { port: 6_999 } }, mailbox: 'embruns' }] },
      'Plusieurs applications envoient des demandes : choisissez avec --application (sgl, ris).',
    ],
    [
      'the one that is named does not',
      ['--application', 'ris'],
      { others: [ris] },
      'L’application ris n’est pas dans la configuration, ou n’envoie pas de demandes (`accept`).',
    ],
    ['--wait is no duration', ['--wait', 'longtemps'], {}, 'Une durée est attendue, par exemple 90s'],
  ])('%s', async (_, words, change, why) => {
    const before = await requestsKnown();
    const { code, stdout, stderr } = await send(request().path, words, change);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(why);
    expect(await requestsKnown()).toBe(before);
  });

  it('one application of several, once it is named, is sent to', async () => {
    const { path } = request();
    const others = [{ ...ris, accept: { mllp: { port: await freePort() } }, mailbox: 'embruns' }];
    expect((await send(path, ['--application', 'sgl', '--wait', '0s'], { others })).code).toBe(0);
    expect((await send(path, ['--application', 'ris'], { others })).stderr).toContain('MLLP-001');
  });

  it.each<[string, () => string, string]>([
    ['a file that is not there', () => '/nowhere.hl7', 'ne peut pas être lu.'],
    ['a file that is no message', () => file('Bonjour', 'lettre.txt'), 'n’est pas un message HL7.'],
    [
      'a message without MSH-10',
      () => file('MSH|^~\\&|SGL|X|PFI|X|20261120||ORU^R01^ORU_R01||P|2.5\r', 'sans.hl7'),
      'n’a pas d’identifiant (MSH-10) : ajoutez --new-id',
    ],
  ])('%s', async (_, path, why) => {
    const { code, stdout, stderr } = await send(path());
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(why);
  });
});

it('an answer is shown although the journal cannot be read', async () => {
  const { path, controlId } = request();
  const { code, stdout, stderr } = await send(path, [], {
    settings: { journal: { url: `sqlite:${join(folder, 'elsewhere.db')}` } },
  });
  expect(code).toBe(0);
  expect(stdout).toBe(`AA : demande acceptée (message ${controlId})\n`);
  expect(stderr).toContain('Ce que devient la demande ne peut pas être montré : JRN-002');
});
