import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BAL, PATIENT_MAILBOX } from '../../samples/actors.ts';
import { patientRecipient, requestMessage, type RequestSample } from '../../samples/kit/request.ts';
import { PATIENTS } from '../../samples/kit/patients.ts';
import { REQUESTS } from '../../samples/requests.ts';
import { look } from '../../src/cli/inspect.ts';
import { type Finding, renderFinding } from '../../src/cli/inspect-finding.ts';
import { usualReader } from '../../src/cli/inspect-mail.ts';
import { CATALOGUE } from '../../src/errors/catalogue.ts';
import type { Reader } from '../../src/flows/reading/reader.ts';
import { headOf, newSample, readMailAt } from '../kit/gateway.ts';
import { DOCTOR, HOSPITAL, newRequest, startLaboratory } from '../kit/outgoing.ts';
import { called } from './called.ts';
import { REPOSITORY } from './processes.ts';

const DATA = join(REPOSITORY, 'samples/data');
let folder: string;
let reader: Reader;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pfi-inspect-request-'));
  reader = usualReader();
});
afterAll(async () => {
  await reader.stop();
  rmSync(folder, { recursive: true, force: true });
});

function inspect(message: Uint8Array): Promise<Finding> {
  const path = join(folder, 'demande.hl7');
  writeFileSync(path, message);
  return look(path, reader);
}

const inspectRequest = (overrides: Partial<RequestSample>): Promise<Finding> =>
  inspect(requestMessage(overrides));

describe('inspect says of every sample request what the gateway does', () => {
  it.each(REQUESTS)('$name', async ({ name, expected }) => {
    const finding = await look(join(DATA, `requests/${name}.hl7`), reader);
    const { refusal, mails, dmp } = expected;
    expect(finding.kind).toBe('request');
    const sent = mails.length > 0 ? 'send' : 'deposit';
    expect(finding.decision).toBe(refusal === undefined ? sent : 'refuse');
    expect(finding.fault?.code).toBe(refusal?.code);
    const isOnDmp = finding.parts.map(({ title }) => title === 'DMP');
    expect(isOnDmp.filter(Boolean)).toHaveLength(dmp === undefined ? 0 : 1);
    const mailed = finding.parts.filter((_, position) => isOnDmp[position] !== true);
    expect(mailed.map(({ facts }) => facts['À']?.split(', '))).toEqual(mails.map(({ to }) => to));
    const final = mailed.map(({ facts }) => facts['Réponse du patient'] === undefined);
    expect(final).toEqual(mails.map(({ mayAnswer }) => mayAnswer));
    expect(renderFinding(finding)).not.toMatch(/undefined|\[object/);
  });

  it('subject, attachments and recipients are those of the mails that leave', async () => {
    const laboratory = await startLaboratory();
    const { message, controlId } = newRequest({
      documents: [newSample(), newSample({ level: 1 })],
      wishes: { DESTMSSANTEPS: 'Y', DESTMSSANTEPAT: 'Y', ACK_LECTURE_MSS: 'Y' },
      recipients: [{ address: DOCTOR }, { address: HOSPITAL }, patientRecipient(PATIENTS.morvan)],
    });
    const { parts } = await inspect(message);
    await laboratory.ask(message);
    const mails = laboratory.mails(await laboratory.settled(controlId));
    const left = await Promise.all(
      mails.map(async ({ raw, envelope }) => {
        const { subject, attachments } = await readMailAt(raw);
        return {
          À: envelope.to.join(', '),
          Objet: subject,
          'Pièces jointes': attachments.map(({ filename }) => filename).join(', '),
          'Accusé de lecture demandé': /\r\nDisposition-Notification-To: /.test(headOf(raw))
            ? 'oui'
            : undefined,
        };
      }),
    );
    await laboratory.stop();
    expect(left).toHaveLength(2);
    expect(parts.map(({ facts }) => facts)).toMatchObject(left);
  });
});

describe('a request that would be accepted', () => {
  it('is told in words: what is asked, what is hidden, who is written to', async () => {
    const finding = await inspectRequest({
      type: 'MDM',
      action: 'delete',
      wishes: { MASQUE_PS: 'N', INVISIBLE_REP_LEGAUX: 'Y', DESTMSSANTEPAT: 'Y', ACK_RECEPTION: 'Y' },
      recipients: [patientRecipient(PATIENTS.morvan)],
      replyTo: 'secretariat@embruns.mssante.fr',
    });
    const text = renderFinding(finding);
    expect(text).toContain('Message HL7 : MDM^T04^MDM_T02\n');
    expect(text).toContain('\nAction : suppression\n');
    expect(text).toContain('\nIdentité du patient : qualifiée (INS)\n');
    expect(text).toContain('\nDemandé : envoi au patient, accusé de réception (ZAM^Z02)\n');
    expect(text).toContain('\nRestrictions : invisible pour ses représentants légaux\n');
    expect(text).toContain('\nRéponses à : secretariat@embruns.mssante.fr\n');
    expect(text).toContain('\nCourriel au patient\n  À : ');
    expect(text).toContain('\n→ Demande acceptée (AA) ; ');
    expect(text).toContain('\n  → Envoyé par courriel.\n');
  });

  it('says whom it leaves out', async () => {
    const { verdict } = await inspectRequest({
      recipients: [{ address: BAL }, patientRecipient(PATIENTS.morvan)],
    });
    expect(verdict).toContain('Destinataires à qui la demande ne veut pas d’envoi, laissés de côté : 1.');
  });

  it('may have a text of its own', async () => {
    const texts = { professionals: 'Bonjour.' };
    const [given] = (await inspectRequest({ texts })).parts;
    const [own] = (await inspectRequest({})).parts;
    expect([given?.facts['Texte'], own?.facts['Texte']]).toEqual([
      'celui de la demande (CORPSMAIL)',
      'celui de la passerelle',
    ]);
  });
});

describe('a request that would be refused', () => {
  it.each<[string, Partial<RequestSample>, string, string]>([
    [
      'another patient',
      { patient: PATIENTS.dartagnan },
      'REQ-016',
      'ERR-2 PID^1^3, ERR-3 207 Application error',
    ],
    ['nothing asked for', { wishes: {} }, 'REQ-019', 'ERR-3 207'],
    [
      'a wrong profile',
      { alter: segments => segments.map(each => each.replace('CISIS_CDA_HL7_V2', 'AUTRE')) },
      'REQ-006',
      'ERR-2 MSH^1^21, ERR-3 199 Other HL7 Error',
    ],
    [
      'no PID',
      { alter: segments => segments.filter(each => !each.startsWith('PID')) },
      'REQ-007',
      'ERR-3 100 Segment sequence error',
    ],
    ['no document', { documents: [Buffer.from('<facture/>')] }, 'REQ-014', 'ERR-2 OBX^1^5^1^5, ERR-3 207'],
    [
      'a type that no archive knows',
      { documents: [newSample({ code: '99999-9' })] },
      'REQ-018',
      'ERR-2 OBX^1^5, ERR-3 207',
    ],
  ])('for %s: its code, where, and what to do', async (_, overrides, code, where) => {
    const finding = await inspectRequest(overrides);
    expect([finding.kind, finding.decision, finding.fault?.code]).toEqual(['request', 'refuse', code]);
    expect(finding.verdict[0]).toContain(`Demande refusée (AE) : `);
    expect(finding.verdict[0]).toContain(where);
    const { why, todo } = CATALOGUE[code as 'REQ-016'];
    expect(finding.verdict[1]).toContain(`${code} : ${why}`);
    expect(finding.verdict[2]).toBe(`À faire : ${todo}`);
  });

  it('for its size, of which the beginning alone is read', async () => {
    const path = join(folder, 'enorme.hl7');
    writeFileSync(path, requestMessage());
    truncateSync(path, 3_000_000_000);
    const finding = await look(path, reader);
    expect([finding.decision, finding.fault?.code]).toEqual(['refuse', 'REQ-028']);
    expect(finding.facts['Identifiant (MSH-10)']).toBe('EMB-000001');
  });
});

describe('what the gateway answers', () => {
  it.each([
    ['zam-z02-remis', 'réception par la messagerie du destinataire', 'Oui (Y).', undefined],
    ['zam-z02-non-remis-550', 'réception par la messagerie du destinataire', 'Non (N).', /^550 Action non/],
    ['zam-z03-integre', 'lecture, ou intégration par le logiciel du destinataire', 'Oui (Y).', undefined],
    [
      'zam-z03-non-integre-902',
      'lecture, ou intégration par le logiciel du destinataire',
      'Non (N).',
      /^902 Identifiant patient inconnu$/,
    ],
  ])('%s', async (name, about, verdict, error) => {
    const { facts, verdict: lines } = await look(join(DATA, `messages/${name}.hl7`), reader);
    expect(facts).toMatchObject({
      'Accusé de': about,
      'Demande (OBX-4)': 'EMB-000001',
      Destinataire: `${BAL} · 3435`,
    });
    expect(facts['Erreur'] ?? '').toMatch(error ?? /^$/);
    expect(lines).toEqual([`Accusé de la passerelle au logiciel créateur : ${verdict}`]);
  });

  it('an ACK that refuses a request comes with what to do', async () => {
    const { stdout } = await called(['inspect', join(DATA, 'messages/ack-demande-ae-016.hl7')]);
    expect(stdout).toContain('→ Réponse de la passerelle à une demande d’envoi : AE.\n  REQ-016 : ');
    expect(stdout).toContain(`À faire : ${CATALOGUE['REQ-016'].todo}`);
  });

  it('and the patient’s mailbox is shown: who asks has the file', async () => {
    const { stdout } = await called(['inspect', '--json', join(DATA, 'requests/25-envoi-au-patient.hl7')]);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'request',
      decision: 'send',
      parts: [{ title: 'Courriel au patient', facts: { À: PATIENT_MAILBOX } }],
    });
  });
});
