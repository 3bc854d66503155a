import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import AdmZip from 'adm-zip';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExchangeView } from '../../src/journal/journal.ts';
import { entriesOf, submissionOf } from '../kit/metadata-facts.ts';
import {
  acceptable,
  answering,
  hasOfficialRequests,
  numbered,
  OFFICIAL_REQUESTS,
  officialRecipients,
  requestNamed,
  withCr,
} from '../kit/official-requests.ts';
import { LABORATORY_BAL, type Laboratory, startLaboratory } from '../kit/outgoing.ts';
import { pdfaFaults } from '../kit/pdfa-faults.ts';
import {
  expectedConfidentiality,
  expectedSubmission,
  type SaidInRequest,
  saidIn,
} from '../kit/said-in-request.ts';
import { openSent, type SentMail } from '../kit/sent-mail.ts';
import { SHARED } from '../kit/shared.ts';

const canCheck = ['python3', 'xmllint'].every(tool => spawnSync(tool, ['--version']).status === 0);

/** A request that was sent to the gateway, and what came of it. */
interface Sent {
  readonly said: SaidInRequest;
  readonly answer: string;
  readonly view: ExchangeView;
  readonly mails: readonly SentMail[];
}

/** Each once as an application sends it, and once with the line ends of the published file. */
const ROWS = OFFICIAL_REQUESTS.flatMap((request, place) =>
  (['CR', 'LF'] as const).map(lines => ({ ...request, lines, controlId: `OFF-${place}-${lines}` })),
);

/** What none of them says: other classes than I, and each restriction alone. */
const OTHERWISE = [
  { name: 'MDM T02', patientClass: 'O', answers: { INVISIBLE_PATIENT: 'Y', INVISIBLE_REP_LEGAUX: 'N' } },
  { name: 'MDM T02', patientClass: 'R', answers: { INVISIBLE_PATIENT: 'N', INVISIBLE_REP_LEGAUX: 'Y' } },
  { name: 'MDM T02', patientClass: 'N', answers: { INVISIBLE_PATIENT: 'N', INVISIBLE_REP_LEGAUX: 'N' } },
  { name: 'ORU N3', patientClass: 'E', answers: { MASQUE_PS: 'Y', DESTMSSANTEPS: 'N' } },
] as const;

describe.skipIf(!hasOfficialRequests)('the official requests of v2.1, sent to the gateway over MLLP', () => {
  let laboratory: Laboratory;
  const sent = new Map<string, Sent>();

  const sentAs = (controlId: string): Sent => {
    const found = sent.get(controlId);
    if (found === undefined) throw new Error(`${controlId} was not sent`);
    return found;
  };

  async function outcomeOf(text: string, controlId: string) {
    const view = await laboratory.settled(controlId);
    return { said: saidIn(text), view, mails: await Promise.all(laboratory.mails(view).map(openSent)) };
  }

  beforeAll(async () => {
    laboratory = await startLaboratory({ addresses: officialRecipients() });
    const asked = await Promise.all(
      ROWS.map(async ({ controlId, lines, ...request }) => {
        const text = acceptable(request, controlId);
        const answer = await laboratory.ask(lines === 'CR' ? withCr(text) : Buffer.from(text));
        return { controlId, text, answer };
      }),
    );
    for (const { controlId, text, answer } of asked) {
      sent.set(controlId, { answer, ...(await outcomeOf(text, controlId)) });
    }
  });
  afterAll(() => laboratory.stop());

  it.each(ROWS)('$name is accepted, lines ended by $lines', ({ controlId }) => {
    const { said, answer, view, mails } = sentAs(controlId);
    expect(answer).toBe('AA');
    expect(mails.map(({ envelope }) => envelope.to)).toEqual(said.recipients.map(address => [address]));
    // All of them ask for the DMP too, which is not configured here: that waits for a person, the mails leave.
    const held = view.deliveries.filter(({ state }) => state === 'held');
    expect([said.answers.get('DESTDMP'), ...held.map(({ kind, hold }) => `${kind} ${hold?.code}`)]).toEqual([
      'Y',
      'dmp OUT-001',
    ]);
  });

  // OBX-5.5 holds a CDA; its patient is that of PID-3; Mon espace santé gives a patient one address, of the INS.
  it.each([
    {
      file: 'mdm-initial/message_MDM_CR_Radio_INIT_N1.er7',
      answer: 'AE 207 REQ-014 OBX^1^5^1^5',
      because: 'a sentence stands in place of the document',
    },
    {
      file: 'oru-initial-n1-n3-with-zam/message_ORU_CR_Bio_INIT_N1_N3.hl7',
      answer: 'AE 207 REQ-014 OBX^1^5^1^5',
      because: 'a sentence stands in place of the first document',
    },
    {
      file: 'oru-delete/message_ORU_CR_Bio_DEL_N3_SEGUR.hl7',
      answer: 'AE 207 REQ-016 PID^1^3',
      because: 'the document is of another patient: neither INS nor any other identifier is that of PID-3',
    },
    {
      file: 'oru-initial/message_ORU_CR_Bio_INIT_N3_SEGUR.hl7',
      answer: 'AE 207 REQ-026 PRT^3^15^1^4',
      because: 'the address of the patient has five digits that the INS of PID-3 has not',
    },
  ])('$file is refused: $because', async ({ file, answer }) => {
    for (const [lines, encode] of [
      ['CR', withCr],
      ['LF', (text: string) => Buffer.from(text)],
    ] as const) {
      const controlId = `REFUSED-${lines}`;
      const before = laboratory.operator.accepted().length;
      const { code, errors } = await laboratory.creator.send(encode(numbered(file, controlId)));
      const [error] = errors;
      expect([code, error?.condition?.code, error?.application?.code, error?.location].join(' ')).toBe(
        answer,
      );
      expect(errors).toHaveLength(1);
      expect(error?.severity).toBe('E');
      expect(await laboratory.view(controlId)).toBeUndefined();
      expect(laboratory.operator.accepted()).toHaveLength(before);
    }
  });

  describe.skipIf(!canCheck)('to independent checkers', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'pfi-official-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    const written = (extension: string, bytesOf: (mail: SentMail) => Buffer) =>
      [...sent].flatMap(([controlId, { mails }]) =>
        mails.map((mail, place) => {
          const path = join(folder, `${controlId}-${place}.${extension}`);
          writeFileSync(path, bytesOf(mail));
          return path;
        }),
      );

    it('their 22 mails have no fault', () => {
      const paths = written('eml', ({ raw }) => raw);
      expect(faultsInMails(paths)).toEqual([]);
      expect(paths).toHaveLength(22);
    });

    it('their 22 archives have no fault', () => {
      const paths = written('zip', ({ archive }) => archive);
      const { stdout, stderr } = spawnSync('python3', [join(SHARED, 'tools/check_xdm.py'), ...paths], {
        encoding: 'utf8',
      });
      expect(stdout + stderr).toBe('22 archives, 0 faults\n');
    });
  });

  it.each(ROWS)('$name, $lines: the mails are those asked for', ({ controlId, event }) => {
    const { said, mails } = sentAs(controlId);
    for (const { mail, envelope } of mails) {
      expect(mail.from?.value.map(({ address }) => address)).toEqual([LABORATORY_BAL]);
      expect([mail.to].flat().map(to => to?.text)).toEqual(envelope.to);
      expect(mail.replyTo?.text).toBe(said.replyTo);
      const requester = mail.headers.get('disposition-notification-to');
      expect(requester !== undefined).toBe(said.answers.get('ACK_LECTURE_MSS') === 'Y');
      expect(envelope.recipients.map(({ notify }) => notify.length > 0)).toEqual([true]);
      expect(mail.headers.get('x-mss-ins')).toBe('O');
      expect(mail.headers.has('x-mss-mes')).toBe(false);
      const isPatient = envelope.to.join().includes('@patient.');
      expect(mail.text?.includes('Cher confrère, vous trouverez ci-joint')).toBe(!isPatient);
      // The published texts of a replacement and a deletion announce a document like any other.
      const told = {
        T02: /^(?:Cher|Bonjour)/,
        T10: /^REMPLACEMENT/,
        T04: isPatient ? /doit être supprimé/ : /^SUPPRESSION/,
      };
      expect(mail.text).toMatch(told[event]);
    }
  });

  it.each(ROWS)('$name, $lines: METADATA.XML says what the request says', ({ controlId, event }) => {
    const { said, mails } = sentAs(controlId);
    for (const { archive } of mails) {
      expect(submissionOf(archive)).toMatchObject(expectedSubmission(said));
      const entries = entriesOf(archive);
      expect(entries).toHaveLength(said.documents.length);
      for (const entry of entries) {
        const action = { T02: undefined, T10: ['C'], T04: ['D'] }[event];
        expect(entry['urn:action:extraMetadataSlot']).toEqual(action);
        expect(entry['confidentialityCode']).toEqual(expectedConfidentiality(said));
      }
    }
  });

  it.each(ROWS)('$name, $lines: documents are those of the request, to the byte', ({ controlId }) => {
    const { said, mails } = sentAs(controlId);
    for (const { archive } of mails) {
      const zip = new AdmZip(archive);
      const files = said.documents.map((_, place) => `IHE_XDM/SUBSET01/DOC000${place + 1}.XML`);
      const read = files.map(file => zip.getEntry(file)?.getData());
      expect(read.map((bytes, place) => bytes?.equals(said.documents[place] ?? Buffer.of()))).toEqual(
        files.map(() => true),
      );
    }
  });

  it.each(ROWS)('$name, $lines: each document is there as a PDF', ({ controlId }) => {
    const { said, mails } = sentAs(controlId);
    for (const { pdfs } of mails) {
      expect(pdfs).toHaveLength(said.documents.length);
      const faults = pdfs.map((pdf, place) => pdfFaults(pdf, said.documents[place] ?? Buffer.of()));
      expect(faults.flat()).toEqual([]);
    }
  });

  it('one of their eight documents carries no PDF, and is rendered', () => {
    const documents = ROWS.filter(({ lines }) => lines === 'CR').flatMap(
      ({ controlId }) => sentAs(controlId).said.documents,
    );
    expect(documents).toHaveLength(8);
    expect(documents.filter(document => embeddedIn(document) === undefined)).toHaveLength(1);
  });

  it.each(OTHERWISE)('class $patientClass and $answers are told', async ({ name, patientClass, answers }) => {
    const controlId = `OTHERWISE-${patientClass}`;
    const published = acceptable(requestNamed(name), controlId);
    const text = answering(published.replace(/^(PV1\|1\|)I/m, `$1${patientClass}`), answers);
    expect(await laboratory.ask(withCr(text))).toBe('AA');
    const { said, mails } = await outcomeOf(text, controlId);
    expect([said.patientClass, mails.length]).toEqual([patientClass, 1]);
    for (const { archive } of mails) {
      expect(submissionOf(archive)).toMatchObject(expectedSubmission(said));
      expect(entriesOf(archive)[0]?.['confidentialityCode']).toEqual(expectedConfidentiality(said));
    }
  });
});

/** The PDF that a document carries, found without reading it as XML. */
function embeddedIn(document: Buffer): Buffer | undefined {
  const [, base64] =
    /<[^<>]*mediaType="application\/pdf"[^<>]*>([^<]*)</.exec(document.toString('latin1')) ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64');
}

/** What keeps a PDF from being the one that the document carries, or PDF/A-1b where it carries none. */
function pdfFaults(pdf: Buffer, document: Buffer): string[] {
  const embedded = embeddedIn(document);
  if (embedded === undefined) return pdfaFaults(pdf);
  return pdf.equals(embedded) ? [] : ['not the embedded one'];
}

/** All of them in one process of python. */
function faultsInMails(paths: readonly string[]): string[] {
  const driver = `
import sys
sys.path.insert(0, sys.argv[1])
from check_mail import check, parse
for path in sys.argv[2:]:
    for fault in check('xdm', parse(path)):
        print(path.split('/')[-1], fault)
`;
  const { stdout, stderr } = spawnSync('python3', ['-c', driver, join(SHARED, 'tools'), ...paths], {
    encoding: 'utf8',
  });
  return `${stdout}${stderr}`.split('\n').filter(line => line !== '');
}
