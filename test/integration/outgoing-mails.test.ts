import type { ParsedMail } from 'mailparser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cdaDocument, type CdaSample, PATIENTS } from '../../samples/kit/cda.ts';
import { samplePdf } from '../../samples/kit/pdf.ts';
import { patientRecipient, type RequestSample } from '../../samples/kit/request.ts';
import { readXdm } from '../../src/formats/xdm/read-xdm.ts';
import type { AcceptedMail } from '../../src/sandbox/operator.ts';
import { LIMITS } from '../kit/archive-limits.ts';
import { headOf, newSample, readMailAt } from '../kit/gateway.ts';
import {
  DOCTOR,
  HOSPITAL,
  type Laboratory,
  LABORATORY_BAL,
  newRequest,
  PATIENT,
  startLaboratory,
} from '../kit/outgoing.ts';
import { pdfaFaults } from '../kit/pdfa-faults.ts';

/** What leaves: the mail as its reader sees it, its envelope as the operator does, its archive as a gateway does. */

const SECRETARY = 'secretariat@embruns.mssante.fr';

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await startLaboratory({ mailbox: { organization: { name: 'Biochimie', id: '12' } } });
});
afterAll(() => laboratory.stop());

interface Sent {
  readonly taken: AcceptedMail;
  readonly mail: ParsedMail;
}

async function send(overrides: Partial<RequestSample> = {}): Promise<Sent[]> {
  const { message, controlId } = newRequest(overrides);
  expect(await laboratory.ask(message)).toBe('AA');
  const mails = laboratory.mails(await laboratory.settled(controlId));
  return Promise.all(mails.map(async taken => ({ taken, mail: await readMailAt(taken.raw) })));
}

async function sendOne(overrides: Partial<RequestSample> = {}): Promise<Sent> {
  const [sent, other] = await send(overrides);
  if (sent === undefined || other !== undefined) throw new Error('one mail was expected');
  return sent;
}

const TO_PATIENT = {
  wishes: { DESTMSSANTEPAT: 'Y' },
  recipients: [patientRecipient(PATIENTS.morvan)],
} as const;
const TO_BOTH = {
  wishes: { DESTMSSANTEPS: 'Y', DESTMSSANTEPAT: 'Y' },
  recipients: [{ address: DOCTOR }, { address: HOSPITAL }, patientRecipient(PATIENTS.morvan)],
} as const;

/** Raw header fields in order, names in their own case. */
function fieldsOf({ taken }: Sent): [name: string, value: string][] {
  return headOf(taken.raw)
    .trim()
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .map(line => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
}

const headerOf = (sent: Sent, name: string): string | undefined =>
  fieldsOf(sent).find(([each]) => each === name)?.[1];

describe('the head', () => {
  it('is that of MSSanté: who sends, to whom, what it is about', async () => {
    const sent = await sendOne({ recipients: [{ address: DOCTOR }, { address: HOSPITAL }] });
    const { mail } = sent;
    expect(mail.from?.value).toEqual([
      { name: 'Laboratoire des Embruns – Biochimie', address: LABORATORY_BAL },
    ]);
    expect(headerOf(sent, 'To')).toBe(`${DOCTOR}, ${HOSPITAL}`);
    expect(mail.subject).toBe("XDM/1.0/DDM+CR d'examens biologiques MORVAN CLAIRE 14/06/1985");
    expect(mail.messageId).toMatch(/^<[0-9a-f-]{36}@embruns\.mssante\.fr>$/);
    expect(headerOf(sent, 'X-MSS-NIL')).toBe('DEV000000');
    expect(headerOf(sent, 'X-MSS-CODECDA')).toBe('11502-2');
    expect(headerOf(sent, 'X-MSS-INS')).toBe('O');
    // Nothing that is not asked for, and nothing that says a machine wrote it: no gateway would answer it.
    expect(fieldsOf(sent).map(([name]) => name)).toEqual([
      'Date',
      'From',
      'To',
      'Message-ID',
      'Subject',
      'X-MSS-NIL',
      'X-MSS-CODECDA',
      'X-MSS-INS',
      'MIME-Version',
      'Content-Type',
    ]);
  });

  it('is submitted with a report asked for of each recipient, under the id of the mail', async () => {
    const { taken } = await sendOne({ recipients: [{ address: DOCTOR }, { address: HOSPITAL }] });
    const { envelope } = taken;
    expect(envelope.from).toBe(LABORATORY_BAL);
    expect(headOf(taken.raw)).toContain(`\r\nMessage-ID: <${envelope.envid}@embruns.mssante.fr>\r\n`);
    expect(envelope.ret).toBe('HDRS');
    expect(
      envelope.recipients.map(({ address, notify, orcpt }) => [address, [...notify].toSorted(), orcpt]),
    ).toEqual([
      [DOCTOR, ['DELAY', 'FAILURE', 'SUCCESS'], undefined],
      [HOSPITAL, ['DELAY', 'FAILURE', 'SUCCESS'], undefined],
    ]);
  });

  it('says that an INS is not qualified', async () => {
    expect(headerOf(await sendOne({ qualified: false }), 'X-MSS-INS')).toBe('N');
    const patient = PATIENTS.lenoir;
    expect(headerOf(await sendOne({ documents: [newSample({ patient })] }), 'X-MSS-INS')).toBe('N');
  });

  it.each([
    ['an MDN where the reading is to be told', { ACK_LECTURE_MSS: 'Y' }, LABORATORY_BAL],
    ['none where only the reception is', { ACK_RECEPTION: 'Y' }, undefined],
  ] as const)('asks for %s', async (_, acks, expected) => {
    for (const sent of await send({ ...TO_BOTH, wishes: { ...TO_BOTH.wishes, ...acks } })) {
      expect(headerOf(sent, 'Disposition-Notification-To')).toBe(expected);
    }
  });

  it.each([
    ['the patient’s alone', TO_BOTH, true, [undefined, 'FIN']],
    ['nobody’s where an answer is allowed', TO_BOTH, false, [undefined, undefined]],
    ['the patient’s where there is no other', TO_PATIENT, true, ['FIN']],
  ] as const)('ends the exchange (X-MSS-MES) on a mail: %s', async (_, to, noAnswer, expected) => {
    const sent = await send({ ...to, noAnswer });
    expect(sent.map(each => headerOf(each, 'X-MSS-MES'))).toEqual(expected);
  });

  it('names who is answered: the request’s address, else the mailbox’s, else nobody', async () => {
    const replyTo = 'yann.kervella@embruns.mssante.fr';
    const answered = async (overrides: Partial<RequestSample>) =>
      (await send({ ...TO_BOTH, ...overrides })).map(sent => headerOf(sent, 'Reply-To'));
    expect(await answered({ replyTo })).toEqual([replyTo, replyTo]);
    expect(await answered({})).toEqual([undefined, undefined]);
    await laboratory.stopGateway();
    await laboratory.startGateway({ mailbox: { replyTo: SECRETARY } });
    expect(await answered({})).toEqual([SECRETARY, SECRETARY]);
    expect(await answered({ replyTo })).toEqual([replyTo, replyTo]);
    await laboratory.stopGateway();
    await laboratory.startGateway();
  });

  it('takes nothing from names but their letters', async () => {
    const name = 'MORVAN\r\nBcc: voleur@exemple.fr\r\n\r\nX';
    const patient = {
      ...PATIENTS.morvan,
      birthFamily: name,
      usedFamily: name,
      birthGiven: 'CLAIRE\u2028\nTo: a@b.fr',
    };
    const display = 'CR\r\nBcc: voleur@exemple.fr';
    const sample = newSample({ patient, display, title: display });
    const sent = await sendOne({
      documents: [sample],
      patient: PATIENTS.morvan,
      texts: { professionals: 'a\r\n.\r\nRSET' },
    });
    expect(sent.taken.envelope.to).toEqual([DOCTOR]);
    expect(fieldsOf(sent).map(([field]) => field)).toEqual([
      'Date',
      'From',
      'To',
      'Message-ID',
      'Subject',
      'X-MSS-NIL',
      'X-MSS-CODECDA',
      'X-MSS-INS',
      'MIME-Version',
      'Content-Type',
    ]);
    expect(sent.mail.subject).toMatch(/^XDM\/1\.0\/DDM\+CR Bcc: voleur@exemple\.fr MORVAN BCC: [^\r\n]*$/);
    expect(sent.mail.attachments.map(({ filename }) => filename)).toEqual([
      'IHE_XDM.zip',
      expect.stringMatching(/^20261118_CR Bcc- voleur@exemple\.fr_MORVAN BCC- [^\r\n/]*\.pdf$/),
    ]);
    expect(sent.mail.text?.trim()).toBe('a\n.\nRSET');
  });
});

const REPLACED = { root: '1.2.250.1.999.1.1', extension: 'ANCIEN' };
const texts = {
  professionals: 'Cher confrère, voici le compte rendu demandé.',
  patient: 'Bonjour, voici vos résultats.',
};

describe('the text', () => {
  it('is the one of its audience, as it came', async () => {
    const [professionals, patient] = await send({ ...TO_BOTH, texts });
    expect(professionals?.mail.text?.trim()).toBe(texts.professionals);
    expect(patient?.mail.text?.trim()).toBe(texts.patient);
  });

  it('of the other audience is nobody’s', async () => {
    const [professionals, patient] = await send({ ...TO_BOTH, texts: { patient: texts.patient } });
    expect(professionals?.mail.text).toMatch(
      /^Bonjour,\n\nLaboratoire des Embruns vous adresse, pour votre patient :/,
    );
    expect(patient?.mail.text?.trim()).toBe(texts.patient);
  });

  it.each([
    [
      'replace',
      /annule et remplace la version/,
      /annule et remplace celui/,
      /^REMPLACEMENT : .*annule et remplace/,
    ],
    ['delete', /doit être supprimé du dossier/, /doit être supprimé/, /^SUPPRESSION : .*doit être supprimé/],
  ] as const)('says what becomes of the former document: %s', async (action, byDefault, toPatient, above) => {
    const documents = () => [newSample({ replaces: REPLACED, version: 2 })];
    const [professionals, patient] = await send({ ...TO_BOTH, action, documents: documents() });
    expect(professionals?.mail.text).toMatch(byDefault);
    expect(patient?.mail.text).toMatch(toPatient);
    for (const sent of await send({ ...TO_BOTH, action, documents: documents(), texts })) {
      expect(sent.mail.text).toMatch(above);
      expect(
        sent.mail.text
          ?.trim()
          .endsWith(sent.taken.envelope.to.includes(PATIENT) ? texts.patient : texts.professionals),
      ).toBe(true);
    }
  });
});

/** The archive of a mail, as the gateway on the other side reads it. */
function archiveOf({ mail }: Sent) {
  const zip = mail.attachments.find(({ filename }) => filename === 'IHE_XDM.zip');
  return readXdm(zip?.content ?? Buffer.alloc(0), LIMITS).documents;
}

describe('the archive', () => {
  it('of two forms of a document holds both, each with its PDF', async () => {
    const pdf = samplePdf(['Compte rendu', 'tel qu’il fut signé']);
    const forms: CdaSample[] = [newSample({ level: 1, pdf }), newSample({ level: 3 })];
    const sent = await sendOne({ documents: forms });
    const read = archiveOf(sent);
    expect(read.map(({ fault }) => fault)).toEqual([undefined, undefined]);
    expect(read.map(({ bytes }) => Buffer.from(bytes ?? []))).toEqual(forms.map(cdaDocument));
    expect(read.map(({ entry }) => entry.actionSlot)).toEqual([undefined, undefined]);
    expect(headerOf(sent, 'X-MSS-CODECDA')).toBe('11502-2');
    expect(sent.mail.subject).toBe('XDM/1.0/DDM+2 documents MORVAN CLAIRE 14/06/1985');
    const [, first, second] = sent.mail.attachments;
    expect([first?.filename, second?.filename]).toEqual([
      "20261118_CR d'examens biologiques_MORVAN_CLAIRE.pdf",
      "20261118_CR d'examens biologiques_MORVAN_CLAIRE_2.pdf",
    ]);
    expect(first?.content.equals(pdf)).toBe(true);
    expect(pdfaFaults(second?.content ?? Buffer.alloc(0))).toEqual([]);
  });

  it.each([
    ['add', undefined],
    ['replace', 'C'],
    ['delete', 'D'],
  ] as const)('says what is asked for: %s', async (action, slot) => {
    for (const type of ['ORU', 'MDM'] as const) {
      const sent = await sendOne({
        type,
        action,
        documents: [newSample({ replaces: REPLACED, version: 2 })],
      });
      expect(archiveOf(sent).map(({ entry }) => entry.actionSlot)).toEqual([slot]);
    }
  });

  it('is the same for both audiences', async () => {
    const [professionals, patient] = await send(TO_BOTH);
    const zips = [professionals, patient].map(sent => sent?.mail.attachments[0]?.content);
    expect(zips[0]?.equals(zips[1] ?? Buffer.alloc(0))).toBe(true);
  });

  it('repeats the restrictions of the request', async () => {
    const sent = await sendOne({
      ...TO_PATIENT,
      wishes: { ...TO_PATIENT.wishes, MASQUE_PS: 'Y', INVISIBLE_REP_LEGAUX: 'Y' },
    });
    const [document] = archiveOf(sent);
    expect(document?.entry.confidentialityCodes.map(({ code }) => code).toSorted()).toEqual([
      'INVISIBLE_REPRESENTANTS_LEGAUX',
      'MASQUE_PS',
      'N',
    ]);
  });
});
