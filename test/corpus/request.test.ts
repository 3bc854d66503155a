import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hl7Message } from '@medplum/core';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import { uniqueIdOf } from '../../src/formats/cda/identity.ts';
import { readCdaHeader } from '../../src/formats/cda/read-header.ts';
import { readRequest } from '../../src/formats/hl7/read-request.ts';
import { acceptance } from '../../src/formats/hl7/request-answer.ts';
import type { RequestRules } from '../../src/formats/hl7/request-types.ts';
import { SMTP_ERRORS } from '../../src/formats/hl7/smtp-error-codes.ts';
import { buildZam } from '../../src/formats/hl7/zam.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

const corpus = join(SHARED, 'corpus/hl7/request-v2.1');
const RULES: RequestRules = { matrix: 'meaning', domains: ['*.mssante.fr'], maxRecipients: 50 };

interface Sample {
  readonly message: string;
  /** The companion documents, put in place of what the message carries. */
  readonly documents: readonly string[];
  readonly mend: (text: string) => string;
  /** Why it is refused as it is published; undefined where it is not. */
  readonly refused: readonly [code: string, location: string] | undefined;
  readonly action: string;
  /** How the recipients are divided. */
  readonly written: readonly [professionals: number, patients: number];
}

const asItIs = (text: string) => text;

const SAMPLES: readonly Sample[] = [
  {
    message: 'mdm-initial/message_MDM_CR_Radio_INIT_N1.er7',
    documents: ['CR_Radio_CDAN1_v1.XML'],
    mend: asItIs,
    // A sentence in place of the document.
    refused: ['REQ-014', 'OBX^1^5^1^5'],
    action: 'add',
    written: [1, 0],
  },
  {
    message: 'mdm-initial/message_MDM_CR_Radio_INIT_N1_Base64.er7',
    documents: [],
    mend: asItIs,
    refused: undefined,
    action: 'add',
    written: [1, 0],
  },
  {
    message: 'mdm-replace/message_MDM_CR_Radio_RPLC_N1.er7',
    documents: [],
    mend: asItIs,
    refused: undefined,
    action: 'replace',
    written: [1, 0],
  },
  {
    message: 'oru-delete/message_ORU_CR_Bio_DEL_N3_SEGUR.hl7',
    documents: ['SEGUR_CR_Bio_CDA_Niv3_v2.xml'],
    mend: asItIs,
    // The document of another patient.
    refused: ['REQ-016', 'PID^1^3'],
    action: 'delete',
    written: [1, 1],
  },
  {
    message: 'oru-initial/message_ORU_CR_Bio_INIT_N3_SEGUR.hl7',
    documents: [],
    // The matricule of the address has five digits too many.
    mend: text => text.replaceAll(/\b\d{5}(\d{15})(?=\^PAT|@patient)/g, '$1'),
    refused: ['REQ-026', 'PRT^3^15^1^4'],
    action: 'add',
    written: [1, 1],
  },
  {
    message: 'oru-initial-n1-n3-with-zam/message_ORU_CR_Bio_INIT_N1_N3.hl7',
    documents: ['CR_Bio_CDA_Niv1_v1.XML', 'CR_Bio_CDA_Niv3_v1.XML'],
    mend: asItIs,
    refused: ['REQ-014', 'OBX^1^5^1^5'],
    action: 'add',
    written: [1, 1],
  },
];

const published = (sample: Pick<Sample, 'message'>) => readFileSync(join(corpus, sample.message), 'utf8');

/** The message as it must be to be accepted. */
function mended(sample: Sample): Buffer {
  const documents = sample.documents.map(name => readFileSync(join(corpus, sample.message, '..', name)));
  let next = 0;
  const text = sample
    .mend(published(sample))
    .replaceAll(/(\^XML\^Base64\^)([^|]*)/gi, (whole, before: string) => {
      const document = documents[next++];
      return document === undefined ? whole : before + document.toString('base64');
    });
  return Buffer.from(text);
}

function refusalOf(message: Uint8Array): readonly [string, unknown] | undefined {
  try {
    readRequest(message, RULES);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof GatewayError) return [thrown.code, thrown.fields['location']];
    throw thrown;
  }
}

describe.skipIf(!hasShared('corpus/hl7/request-v2.1'))('the official requests of v2.1', () => {
  it.each(SAMPLES)('$message, as it is published', sample => {
    expect(refusalOf(Buffer.from(published(sample)))).toEqual(sample.refused);
  });

  it.each(SAMPLES)('$message, with its document and a right address', sample => {
    const message = mended(sample);
    const request = readRequest(message, RULES);
    expect(request.action).toBe(sample.action);
    const by = (audience: string) =>
      request.recipients.filter(recipient => recipient.audience === audience).length;
    expect([by('professionals'), by('patient')]).toEqual(sample.written);
    expect(request.passedOver).toBe(0);
    expect(request.patient.qualified).toBe(true);
    expect(request.wishes.dmp && request.sender !== undefined).toBe(true);
    expect(request.text.professionals).toMatch(/^Cher confrère, .*’imagerie/);
  });

  it.each(SAMPLES)('$message is read as another parser reads it', sample => {
    const message = mended(sample);
    const request = readRequest(message, RULES);
    const theirs = Hl7Message.parse(message.toString().trimEnd().replaceAll('\n', '\r'));
    const observations = theirs.getAllSegments('OBX');
    const documents = observations.filter(obx => obx.getField(5).getComponent(3) === 'XML');
    expect(request.documents).toHaveLength(documents.length);
    for (const [place, obx] of documents.entries()) {
      const bytes = Buffer.from(obx.getField(5).getComponent(5), 'base64');
      expect(bytes.equals(request.documents[place]?.bytes ?? Buffer.alloc(0))).toBe(true);
      expect(uniqueIdOf(readCdaHeader(bytes).id)).toBe(
        uniqueIdOf(request.documents[place]?.header.id ?? { root: '', extension: '' }),
      );
    }
    const participants = theirs.getAllSegments('PRT');
    const addresses = (role: string) =>
      participants
        .filter(prt => prt.getField(4).getComponent(1) === role)
        .map(prt => prt.getField(15).getComponent(4));
    expect(request.recipients.map(({ address }) => address)).toEqual(addresses('RCT'));
    expect([request.replyTo].filter(address => address !== undefined)).toEqual(addresses('REPLY'));
    const answers = observations.map(obx => obx.getField(5).getComponent(1)).filter(answer => answer !== '');
    expect(Object.values(request.wishes).map(wish => (wish ? 'Y' : 'N'))).toEqual(answers);
  });

  it.each([
    ['mdm-replace/ack.er7', 'mdm-replace/message_MDM_CR_Radio_RPLC_N1.er7'],
    ['oru-initial-n1-n3-with-zam/ack.hl7', 'oru-initial-n1-n3-with-zam/message_ORU_CR_Bio_INIT_N1_N3.hl7'],
  ])('%s is what is answered', (ack, message) => {
    const time = new Date('2021-06-06T07:31:00Z');
    const ours = acceptance({ request: Buffer.from(published({ message })), controlId: '016', time });
    expect(differences(published({ message: ack }), ours)).toEqual([SECONDS]);
  });
});

/** Ours has seconds and the offset, certain on the night of a change of hour; the minute is the same. */
const SECONDS = [
  'MSH-7',
  expect.stringMatching(/^2021060[67]\d{4}$/),
  expect.stringMatching(/^2021060[67]\d{4}00\+0200$/),
];

/** The official receipts of the request in two forms; the control ids are given, as are those of the time. */
describe.skipIf(!hasShared('corpus/hl7/request-v2.1'))('the official ZAM of v2.1', () => {
  const folder = 'oru-initial-n1-n3-with-zam';

  it.each([
    ['Z02', 'Message metier reception MSS', '018', '2021-06-06T07:34:00Z'],
    ['Z03', 'Message metier lecture MSS', '019', '2021-06-07T07:33:00Z'],
  ] as const)('%s is reproduced field by field', (kind, name, controlId, time) => {
    const sample = SAMPLES.find(({ message }) => message.startsWith(`${folder}/`));
    const request = readRequest(mended(sample ?? SAMPLES[0] ?? fail()), RULES);
    const [recipient = fail()] = request.recipients;
    const ours = buildZam({
      kind,
      head: request.head,
      controlId,
      time: new Date(time),
      recipient,
      error: undefined,
    });
    expect(differences(published({ message: `${folder}/${name}` }), ours)).toEqual([
      SECONDS,
      // When the gateway learnt of it; the examples repeat a constant of their own.
      ['EVN-2', '20211005152908', expect.stringMatching(/^202106\d{8}\+0200$/)],
    ]);
  });
});

describe.skipIf(!hasShared('reference/spec-request-to-pfi.md'))('table SMTPERRORCODE', () => {
  it('is the published one', () => {
    const text = readFileSync(join(SHARED, 'reference/spec-request-to-pfi.md'), 'utf8');
    const rows = [...text.matchAll(/\| (\d{3}) \| (.*?) \| SMTPERRORCODE \|/g)].map(([, code, label]) => [
      code,
      label,
    ]);
    expect([...SMTP_ERRORS]).toEqual(rows);
  });
});

function fail(): never {
  throw new Error('a sample is missing');
}

/** The fields that two messages have different values in, with both; empty fields at the end are no difference. */
function differences(official: string, ours: Uint8Array): string[][] {
  const [left, right] = [official, Buffer.from(ours).toString()].map(text =>
    Hl7Message.parse(text.trimEnd().replaceAll('\n', '\r')),
  );
  const [theirs = [], mine = []] = [left?.segments, right?.segments];
  expect(mine.map(({ name }) => name)).toEqual(theirs.map(({ name }) => name));
  return theirs.flatMap((segment, place) =>
    Array.from({ length: 30 }, (_, index) => index + 1).flatMap(field => {
      const values = [segment, mine[place]].map(each => each?.getField(field)?.toString() ?? '');
      return values[0] === values[1] ? [] : [[`${segment.name}-${field}`, ...values]];
    }),
  );
}
