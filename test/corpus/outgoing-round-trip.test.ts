import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Hl7Message } from '@medplum/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDeframer, frame } from '../../src/formats/hl7/framing.ts';
import type { ReceivedMessage } from '../../src/sandbox/dpi.ts';
import type { AcceptedMail } from '../../src/sandbox/operator.ts';
import type { KnownPatient } from '../../src/sandbox/patient-records.ts';
import { fieldDifferences } from '../kit/field-differences.ts';
import { type Ended, readMailAt, startWorld, type World } from '../kit/gateway.ts';
import {
  acceptable,
  hasOfficialRequests,
  OFFICIAL_REQUESTS,
  officialRecipients,
  type OfficialRequest,
  published,
  requestNamed,
  withCr,
} from '../kit/official-requests.ts';
import { LABORATORY_BAL, type Laboratory, startLaboratory } from '../kit/outgoing.ts';
import { type SaidInRequest, saidIn } from '../kit/said-in-request.ts';
import { hasShared, SHARED } from '../kit/shared.ts';

const FOLDER = 'oru-initial-n1-n3-with-zam';
const BOTH = 'ORU N1 and N3, their companions';
const Z02 = `${FOLDER}/Message metier reception MSS`;
const Z03 = `${FOLDER}/Message metier lecture MSS`;
/** Their official answers are to number 015. */
const ANSWERED: readonly string[] = ['MDM T10', BOTH];

const SECOND_VERSION = {
  name: 'ORU replacing, made of the one that deletes',
  event: 'T10',
  controlId: 'ROUND-RO',
  alter: (text: string) => text.replace(/^ORC\|CA/m, 'ORC|RO').replace(/^(OBX\|1\|.*\|)D\|/m, '$1C|'),
} as const;

/** A request, and what the hospital that it was sent to made of its mail. */
interface Carried {
  readonly said: SaidInRequest;
  readonly ack: Buffer;
  readonly mail: AcceptedMail;
  readonly ended: Ended;
  readonly messages: readonly ReceivedMessage[];
}

interface Row extends OfficialRequest {
  readonly controlId: string;
  readonly alter: (text: string) => string;
}

const same = (text: string): string => text;

const ROWS: readonly Row[] = OFFICIAL_REQUESTS.flatMap((request, place): Row[] => {
  const row = {
    ...request,
    controlId: ANSWERED.includes(request.name) ? '015' : `ROUND-${place}`,
    alter: same,
  };
  // What is deleted is a second version, whose sending is not among the published requests.
  return request.event === 'T04' ? [{ ...row, ...SECOND_VERSION }, row] : [row];
});

/**
 * From the laboratory's software to the record system of the hospital of the requests' doctor, and back: two gateways, an
 * operator for each, and between the two nothing but mails as they were sent.
 */
describe.skipIf(!hasOfficialRequests)('the official requests of v2.1, from one gateway to another', () => {
  let laboratory: Laboratory;
  let hospital: World;
  const carried = new Map<string, Carried>();

  const carriedAs = (name: string): Carried => {
    const found = carried.get(name);
    if (found === undefined) throw new Error(`${name} was not sent`);
    return found;
  };

  beforeAll(async () => {
    [laboratory, hospital] = await Promise.all([
      startLaboratory({ addresses: officialRecipients() }),
      startHospital([officialPatient()]),
    ]);
    for (const row of ROWS) carried.set(row.name, await carry(row, hospital));
  });
  afterAll(() => Promise.all([laboratory.stop(), hospital.stop()]));

  /** Sends a request, brings the doctor's mail to a hospital, and what that answers back to the laboratory. */
  async function carry({ controlId, alter, ...request }: Row, to: World): Promise<Carried> {
    const text = alter(acceptable(request, controlId));
    const ack = await answerOf(laboratory.gateway().requestPort('sgl') ?? 0, withCr(text));
    // Of the two numbered 015, each is the newest when it is sent.
    const [mail] = laboratory.mails(await laboratory.settled(controlId));
    if (mail === undefined) throw new Error(`${request.name}: no mail`);
    const seen = await to.bring(mail.raw, { from: mail.envelope.from, to: doctor() });
    for (const { raw, envelope } of to.answers(seen.exchange.messageId)) {
      if (envelope.to.includes(LABORATORY_BAL))
        laboratory.operator.deliver(raw, { from: '', to: [LABORATORY_BAL] });
    }
    return { said: saidIn(text), ack, mail, ended: to.ended(seen), messages: to.messages(seen) };
  }

  it.each(ROWS)('$name: the record system takes what was asked', ({ name, event }) => {
    const { said, ended, messages } = carriedAs(name);
    expect(ended).toEqual({
      messages: said.documents.map(() => `${event} AA`),
      outcome: 'accepted',
      code: undefined,
      told: said.answers.get('ACK_LECTURE_MSS') === 'Y' ? [`mdn ok ${LABORATORY_BAL}`] : [],
      folder: 'done',
    });
    expect(messages).toHaveLength(said.documents.length);
  });

  it.each(ROWS)('$name: document, restrictions and sender come through', async ({ name }) => {
    const { said, messages, mail } = carriedAs(name);
    const { text } = await readMailAt(mail.raw);
    for (const [place, { raw }] of messages.entries()) {
      const message = Hl7Message.parse(raw.toString().trimEnd());
      const received = saidIn(raw.toString());
      expect(received.documents[0]?.equals(said.documents[place] ?? Buffer.of())).toBe(true);
      for (const wish of ['MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REP_LEGAUX', 'MODIF_CONF_CODE']) {
        expect([wish, received.answers.get(wish)]).toEqual([wish, said.answers.get(wish)]);
      }
      expect(senderIn(received)).toEqual(senderIn(said));
      expect([received.recipients, received.replyTo]).toEqual([mail.envelope.to, said.replyTo]);
      const [, second] = message.getAllSegments('OBX');
      const body = Buffer.from(second?.getField(5).getComponent(5) ?? '', 'base64').toString();
      expect(body.replaceAll('\r\n', '\n').trim()).toBe(text?.trim());
    }
  });

  it.skipIf(!hasShared('tools/check_mdm.py'))('check_mdm.py finds no fault in the 9 messages', () => {
    const files = hospital.dpi.received().map(({ raw, controlId }) => {
      const file = join(hospital.folder, `${controlId}.hl7`);
      writeFileSync(file, raw);
      return file;
    });
    const { stdout, stderr } = spawnSync('python3', [join(SHARED, 'tools/check_mdm.py'), ...files], {
      encoding: 'utf8',
    });
    expect(stdout + stderr).toBe('9 messages, 0 faults\n');
  });

  it('the record system has the replaced and the deleted version as such', () => {
    const states = hospital.dpi.documents().map(({ state }) => state);
    expect(states.toSorted()).toEqual(['current', 'current', 'current', 'deleted', 'replaced', 'replaced']);
  });

  describe('said otherwise than in the official answers', () => {
    it.each([
      ['mdm-replace/ack.er7', 'MDM T10'],
      [`${FOLDER}/ack.hl7`, BOTH],
    ])('%s: %s', (official, name) => {
      const { 'EVN-2': _, ...own } = OWN;
      expect(fieldDifferences(published(official), carriedAs(name).ack.toString())).toEqual(own);
    });

    it.each([
      ['Z02', Z02],
      ['Z03', Z03],
    ])('%s to the doctor', async (event, official) => {
      const ours = await zamOf('015', event, doctor());
      expect(fieldDifferences(published(official), ours)).toEqual(OWN);
    });

    it('Z02 to the patient, whose identifier stands in the address alone', async () => {
      const [, patient = ''] = carriedAs(BOTH).said.recipients;
      expect(fieldDifferences(published(Z02), await zamOf('015', 'Z02', patient))).toEqual({
        ...OWN,
        'OBX[2]-4': [expect.any(String), ''],
        'OBX[2]-5': [`^^X.400^${doctor()}`, `^^X.400^${patient}`],
      });
    });

    it('Z03 where the record system does not know the patient: N, and why', async () => {
      const stranger = await startHospital([]);
      try {
        const { ended } = await carry(
          { ...requestNamed(BOTH), controlId: 'STRANGER', alter: same },
          stranger,
        );
        expect(ended).toMatchObject({ outcome: 'refused', told: [`mdn 902 ${LABORATORY_BAL}`] });
      } finally {
        await stranger.stop();
      }
      expect(fieldDifferences(published(Z03), await zamOf('STRANGER', 'Z03', doctor()))).toEqual({
        ...OWN,
        'OBX-4': ['015', 'STRANGER'],
        'OBX-5': ['Y^^expandedYes-NoIndicator', 'N^^expandedYes-NoIndicator'],
        ERR: [
          '',
          'ERR|||207^Application error^messageErrorCondition|E|902^Identifiant patient inconnu^applicationErrorCode',
        ],
      });
    });
  });

  async function zamOf(controlId: string, event: string, address: string): Promise<string> {
    const found = () =>
      laboratory.zams(controlId).filter(each => each.event === event && each.address === address);
    await laboratory.until(`${event} to ${controlId}`, () => found().length > 0);
    expect(found()).toHaveLength(1);
    return found()[0]?.raw.toString() ?? '';
  }
});

const TIME: unknown = expect.stringMatching(/^\d{14}[+-]\d{4}$/);

/** What no answer of ours has as the official one: the official value, and ours. */
const OWN: Readonly<Record<string, readonly unknown[]>> = {
  // Ours is the time of this test, with seconds, and an offset that tells the two hours of an autumn night apart.
  'MSH-7': [expect.stringMatching(/^\d{12}$/), TIME],
  // The official numbers are 016, 018 and 019; ours is never given twice.
  'MSH-10': [expect.stringMatching(/^01\d$/), expect.stringMatching(/^[0-9a-f]{20}$/)],
  // Ours is when the receipt came; the official ones all have one date, which is after that of MSH-7.
  'EVN-2': ['20211005152908', TIME],
};

/** The one recipient of the official requests who is not the patient. */
function doctor(): string {
  const [address = ''] = officialRecipients().filter(each => !each.includes('@patient.'));
  return address;
}

function startHospital(patients: readonly KnownPatient[]): Promise<World> {
  return startWorld({ mailboxes: [{ name: 'cabinet', address: doctor() }], dpi: { patients } });
}

/** The patient of all the requests, as PID has them. */
function officialPatient(): KnownPatient {
  const pid = Hl7Message.parse(withCr(acceptable(requestNamed(BOTH), '015')).toString()).getSegment('PID');
  const [birthFamily, birthGiven] = [1, 2].map(part => pid?.getField(5).getComponent(part));
  return {
    identifiers: [
      { root: pid?.getField(3).getComponent(4, 1) ?? '', extension: pid?.getField(3).getComponent(1) },
    ],
    birthFamily,
    birthGiven,
    birthTime: pid?.getField(7).toString(),
    gender: pid?.getField(8).toString(),
  };
}

/** Who sends, without what the two profiles write otherwise: the authority's name, FINESS or the structure's number. */
function senderIn({ sender: { person, organization } }: SaidInRequest): readonly (string | undefined)[] {
  const [id, family, given, , , , , , authority = ''] = person;
  const number = (organization[9] ?? '').trim();
  return [
    id,
    family,
    given,
    authority.split('&')[1],
    person[12],
    organization[0],
    number.length === 9 ? `1${number}` : number,
  ];
}

/** The answer to a message, as it comes over the wire. */
async function answerOf(port: number, message: Buffer): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  const deframer = createDeframer({ maxBytes: 64 * 1024 });
  try {
    socket.write(frame(message));
    for (;;) {
      const [chunk] = (await once(socket, 'data')) as [Buffer];
      const [answer] = deframer.push(chunk);
      if (answer !== undefined) return Buffer.from(answer);
    }
  } finally {
    socket.destroy();
  }
}
