import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hl7Message } from '@medplum/core';
import { describe, expect, it } from 'vitest';
import { readCdaHeader } from '../../src/formats/cda/read-header.ts';
import { readAck, verdict } from '../../src/formats/hl7/ack.ts';
import { buildMdm } from '../../src/formats/hl7/mdm.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import type { DocumentAction } from '../../src/formats/xdm/types.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

const corpus = join(SHARED, 'corpus/hl7/lps-v1.1');
const checker = join(SHARED, 'tools/check_mdm.py');

interface Sample {
  readonly message: string;
  readonly cda: string;
  readonly action: DocumentAction;
  /** Differences that not every sample has. */
  readonly also: readonly Difference[];
}

/** A field where we write something else than the official message, what each looks like, and why. */
type Difference = readonly [field: string, official: RegExp, ours: RegExp, why: string];

const UNPADDED: Difference = [
  'OBX[0]-5',
  /^\^text\^XML\^Base64\^[^=]+$/,
  /^\^text\^XML\^Base64\^[^=]+=+$/,
  'the sample leaves out the padding that RFC 4648 §3.2 asks for; the data is the same',
];

const SAMPLES: readonly Sample[] = [
  {
    message: 'initial/message_MDM__LPS_MSS_CR_Radio_INIT_N1.er7',
    cda: 'initial/CR_Radio_CDAN1_v1.XML',
    action: 'add',
    also: [],
  },
  {
    message: 'initial/message_MDM__LPS_MSS_CR_Radio_INIT_N1_Base64.er7',
    cda: 'initial/CR_Radio_CDAN1_v1.XML',
    action: 'add',
    also: [UNPADDED],
  },
  {
    message: 'delete/message_MDM__LPS_MSS_CR_Radio_DEL_N1.er7',
    cda: 'delete/CR_Radio_CDAN1_v2.XML',
    action: 'delete',
    also: [
      UNPADDED,
      ['TXA-13', /./, /^$/, 'asked for with T10 alone (table of TXA); a deletion names no parent'],
    ],
  },
];

const DIFFERENCES: readonly Difference[] = [
  [
    'MSH-7',
    /^\d{12}$/,
    /^\d{14}\+0200$/,
    'ours has seconds and the offset, certain on the night of a change of hour',
  ],
  [
    'EVN-2',
    /^\d{14}$/,
    /^\d{14}\+0200$/,
    'when the gateway recorded the event; the sample’s is a constant of its own',
  ],
  ['EVN-5', /./, /^$/, 'an operator: nobody operates the gateway, and the profile does not ask for it'],
  [
    'EVN-6',
    /./,
    /^$/,
    'when the event occurred: neither the CDA nor the mail says so, and the profile does not ask',
  ],
  ['PID-3', /\^INS\^\^\d{8}$/, /\^INS$/, 'CX-7, since when the INS is valid, is not in the CDA'],
  [
    'PID-11',
    /~\^{6}BDL\^\^\d{5}$/,
    /^\^\^[^^]+\^{4}BDL\^\^\d{5}$/,
    'the home address is left out; the birthplace has its town too',
  ],
  ['PID-18', /./, /^$/, 'an account number is not in the CDA'],
  ['TXA-4', /./, /^$/, 'not among the fields of TXA that the profile asks for'],
  [
    'TXA-12',
    /^[0-9.]+\^[^^]+$/,
    /^[0-9.]+$/,
    'note 1: TXA-12.2 is not filled; the sample has an organisation there',
  ],
  ['TXA-22', /./, /^$/, 'not among the fields of TXA that the profile asks for'],
  [
    'PRT[0]-4',
    /^SB\^\^participation$/,
    /^SB\^Send by\^participation$/,
    'PRT-4.2 is in the table; the sample forgets it',
  ],
  ['PRT[1]-4', /^RCT\^\^/, /^RCT\^Result Copies To\^/, 'PRT-4.2, as above'],
  ['PRT[2]-4', /^REPLY\^\^/, /^REPLY\^Reply To\^/, 'PRT-4.2, as above'],
];

describe.skipIf(!hasShared('corpus/hl7/lps-v1.1'))('the official MDM of lps-v1.1', () => {
  it.each(SAMPLES)('$message equals what is built from its CDA, listed differences aside', sample => {
    const official = read(sample.message);
    const ours = Hl7Message.parse(Buffer.from(build(sample, official)).toString().trimEnd());
    const found = differences(official, ours);
    const expected = [...DIFFERENCES, ...sample.also];
    expect(found.map(({ field }) => field).sort()).toEqual(expected.map(([field]) => field).sort());
    for (const [field, left, right] of expected) {
      const values = found.find(each => each.field === field);
      expect([field, values?.official]).toEqual([field, expect.stringMatching(left)]);
      expect([field, values?.ours]).toEqual([field, expect.stringMatching(right)]);
    }
  });

  it.each(SAMPLES)('$message carries the bytes of its document', sample => {
    const official = read(sample.message);
    const sent = parseMessage(build(sample, official)).first('OBX')?.component(5, 5) ?? '';
    expect(Buffer.from(sent, 'base64').equals(documentOf(official))).toBe(true);
  });

  it.each(['initial/ack.er7', 'delete/ack.er7'])('%s is an acceptance', path => {
    const ack = readAck(readFileSync(join(corpus, path)));
    expect(ack.controlId).toBe('015');
    expect(verdict(ack, { commitAccept: false })).toEqual({ kind: 'accepted' });
  });

  it.skipIf(!hasShared('tools/check_mdm.py'))('check_mdm.py finds no fault in what is built', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pfi-mdm-'));
    try {
      // The first sample has a text in place of a document, which the checker would want to parse.
      const files = SAMPLES.slice(1).map((sample, place) => {
        const file = join(folder, `${place}.hl7`);
        writeFileSync(file, build(sample, read(sample.message)));
        return file;
      });
      const { stdout, stderr } = spawnSync('python3', [checker, ...files], { encoding: 'utf8' });
      expect(`${stdout}${stderr}`.trim()).toBe(`${files.length} messages, 0 faults`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function read(path: string): Hl7Message {
  return Hl7Message.parse(readFileSync(join(corpus, path), 'utf8').trimEnd());
}

function documentOf(official: Hl7Message): Buffer {
  return Buffer.from(official.getSegment('OBX')?.getComponent(5, 5) ?? '', 'base64');
}

/** What comes from the CDA is built from it; what comes from the mail or the configuration is the sample's own. */
function build(sample: Sample, official: Hl7Message): Uint8Array {
  const [, mail, ...flags] = official.getAllSegments('OBX');
  const [from, recipient, reply] = official.getAllSegments('PRT');
  const msh = (field: number): string => official.getSegment('MSH')?.getField(field)?.toString() ?? '';
  const flag = (place: number): boolean => flags[place]?.getComponent(5, 1) === 'Y';
  const address = (prt: typeof from): string => prt?.getComponent(15, 4) ?? '';
  return buildMdm({
    sender: { application: msh(3), facility: msh(4) },
    receiver: { application: msh(5), facility: msh(6) },
    controlId: msh(10),
    time: new Date('2021-06-06T07:31:00Z'),
    processingId: 'P',
    charset: 'UNICODE UTF-8',
    unmappable: 'refuse',
    action: sample.action,
    header: readCdaHeader(readFileSync(join(corpus, sample.cda))),
    document: documentOf(official),
    from: { address: address(from), person: from?.getField(5)?.toString().split('^') ?? [] },
    recipients: [
      {
        address: address(recipient),
        organization: {
          name: recipient?.getComponent(8, 1) ?? '',
          authority: recipient?.getComponent(8, 6),
          type: recipient?.getComponent(8, 7),
          id: recipient?.getComponent(8, 10),
        },
      },
    ],
    replyTo: [{ address: address(reply) }],
    mail: {
      messageId: mail?.getComponent(3, 1) ?? '',
      subject: mail?.getComponent(3, 2) ?? '',
      text: Buffer.from(mail?.getComponent(5, 5) ?? '', 'base64').toString('utf8'),
    },
    restrictions: {
      masquePs: flag(0),
      invisiblePatient: flag(1),
      invisibleRepLegaux: flag(2),
      modifConfCode: flag(3),
    },
  });
}

/** Every field of every segment in turn; trailing empty fields do not count. */
function differences(
  official: Hl7Message,
  ours: Hl7Message,
): { field: string; official: string; ours: string }[] {
  const names = official.segments.map(segment => segment.name);
  expect(ours.segments.map(segment => segment.name)).toEqual(names);
  return names.flatMap((name, at) => {
    const nth = names.slice(0, at).filter(each => each === name).length;
    const label = names.filter(each => each === name).length > 1 ? `${name}[${nth}]` : name;
    return Array.from({ length: 40 }, (_, index) => index + 1).flatMap(number => {
      const left = official.segments[at]?.getField(number)?.toString() ?? '';
      const right = ours.segments[at]?.getField(number)?.toString() ?? '';
      return left === right ? [] : [{ field: `${label}-${number}`, official: left, ours: right }];
    });
  });
}
