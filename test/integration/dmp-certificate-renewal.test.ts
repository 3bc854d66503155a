import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DmpRequest } from '../../src/sandbox/dmp.ts';
import { type Creator, startCreator } from '../../src/sandbox/creator.ts';
import { type Operator, startOperator } from '../../src/sandbox/operator.ts';
import { createDaemon, type Daemon } from '../kit/daemon.ts';
import { DMP_ALONE, type DmpSite, newDmpDocument, startDmpSite } from '../kit/dmp.ts';
import { freePort } from '../kit/free-port.ts';
import { answerText, newRequest } from '../kit/outgoing.ts';
import { configuration, LABORATORY_BAL, PASSWORD } from '../kit/outgoing-configuration.ts';
import { waitFor } from '../kit/wait.ts';

/** `pfi run`, whose certificates for the DMP are renewed while it runs (SIGHUP). */

const DAY = 86_400_000;
const PATIENCE_MS = 30_000;

let folder: string;
let site: DmpSite;
let operator: Operator;
let creator: Creator;
let daemon: Daemon;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pfi-renewal-'));
  site = await startDmpSite();
  operator = await startOperator({ mailboxes: [{ address: LABORATORY_BAL, password: PASSWORD }] });
  creator = await startCreator();
  writeFileSync(join(folder, 'ca.pem'), operator.ca);
  const port = await freePort();
  const admin = { port: await freePort() };
  const options = { accept: { mllp: { port } }, settings: { dmp: site.settings, admin } };
  daemon = createDaemon(folder, configuration(options, { operator, creator, folder }));
  creator.connectTo({ host: '127.0.0.1', port });
});
afterAll(async () => {
  if (daemon.pid() !== undefined) await daemon.stop();
  await Promise.all([creator.stop(), operator.stop(), site.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Asks for a document to be published. @returns MSH-10 of the request */
async function ask(): Promise<string> {
  const { message, controlId } = newRequest({ ...DMP_ALONE, documents: [newDmpDocument()] });
  expect(answerText(await creator.send(message))).toBe('AA');
  return controlId;
}

/** The answer of the DMP, as the application is told of it. */
async function told(controlId: string): Promise<string[]> {
  const zams = () => creator.received().filter(({ request }) => request === controlId);
  await until(`ZAM of ${controlId}`, () => zams().length > 0);
  return zams().map(({ event, status, error }) =>
    [event, status, error?.code].filter(part => part !== undefined).join(' '),
  );
}

function until(what: string, condition: () => boolean): Promise<void> {
  return waitFor(condition, { what, timeoutMs: PATIENCE_MS });
}

/** Sends SIGHUP, and waits until the daemon says what it made of it. */
async function reload(msg: 'configuration taken up' | 'configuration not taken up'): Promise<void> {
  const before = daemon.logged(msg).length;
  process.kill(daemon.pid() ?? Number.NaN, 'SIGHUP');
  await until(msg, () => daemon.logged(msg).length > before);
}

/** Serial numbers: of the certificate that a message was signed with, and of the one in the file. */
function signerOf({ envelope }: DmpRequest): string {
  const [, base64 = ''] = /X509Certificate>([^<]+)</.exec(envelope) ?? [];
  return new X509Certificate(Buffer.from(base64, 'base64')).serialNumber;
}

function configured(): { readonly path: string; readonly serial: string } {
  const { certificate } = site.settings['sign'] as { certificate: { cert: string } };
  const serial = new X509Certificate(readFileSync(certificate.cert)).serialNumber;
  return { path: certificate.cert, serial };
}

describe('certificates for the DMP, renewed while the gateway runs', () => {
  it('one that has ended is shown to nobody; with the new one the next document leaves', async () => {
    const lastWeek = { notBefore: new Date(Date.now() - 9 * DAY), notAfter: new Date(Date.now() - 2 * DAY) };
    site.certify('AUTH_CLI', { validity: lastWeek });
    await daemon.start();
    expect(await told(await ask())).toEqual(['Z01 N DMP-020']);
    expect(site.dmp.requests()).toEqual([]);
    expect(site.dmp.faults()).toEqual([]);

    site.certify('AUTH_CLI');
    await reload('configuration taken up');
    expect(await told(await ask())).toEqual(['Z01 Y']);
    expect(site.dmp.submissions()).toHaveLength(1);
  });

  it.each<[string, () => void, string]>([
    [
      'that is broken',
      () => writeFileSync(configured().path, readFileSync(configured().path).subarray(0, 400)),
      'Le fichier ne contient pas de certificat : un texte PEM est attendu.',
    ],
    [
      'of another use',
      () => site.certify('SIGN', { profile: 'AUTH_CLI' }),
      'C’est un certificat d’authentification (ORG AUTH_CLI) ; un certificat de signature (ORG SIGN) est attendu.',
    ],
  ])('one %s changes nothing: the former goes on, and the operator is told', async (_, spoil, why) => {
    const before = site.dmp.submissions().map(signerOf);
    const starts = daemon.logged('gateway started').length;
    spoil();
    await reload('configuration not taken up');
    expect(daemon.logged('configuration not taken up').at(-1)).toMatchObject({
      level: 'error',
      code: 'DMP-020',
      certificate: 'dmp.sign',
    });
    expect(daemon.complaints()).toContain(
      `DMP-020 : Un certificat du DMP ne peut pas servir : illisible, expiré, d’un autre usage, ou d’une autre structure. \`dmp.sign\` : ${why}`,
    );
    expect(await told(await ask())).toEqual(['Z01 Y']);
    expect(site.dmp.submissions().map(signerOf)).toEqual([...before, before.at(-1)]);
    expect(daemon.logged('gateway started')).toHaveLength(starts);
  });

  it('the new one signs the next message', async () => {
    const before = site.dmp.submissions().map(signerOf);
    site.certify('SIGN');
    await reload('configuration taken up');
    const { serial } = configured();
    expect(before).not.toContain(serial);
    expect(await told(await ask())).toEqual(['Z01 Y']);
    expect(site.dmp.submissions().map(signerOf)).toEqual([...before, serial]);
  });

  it('nothing of a file or password is in the log', async () => {
    const { key } = (site.settings['sign'] as { certificate: { key: string } }).certificate;
    const written = `${JSON.stringify(daemon.log())}${daemon.complaints()}`;
    expect(written).not.toContain(PASSWORD);
    expect(written).not.toContain(readFileSync(key, 'utf8').split('\n')[1]);
    expect(written).not.toContain(key);
    expect(await daemon.stop()).toBe(0);
  });

  it('a gateway does not start with a broken file: it says which and why', async () => {
    writeFileSync(configured().path, 'rien');
    await expect(daemon.start()).rejects.toThrow(
      /DMP-020 : .* `dmp\.sign` : Le fichier ne contient pas de certificat : un texte PEM est attendu\./,
    );
  });
});
