import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cdaDocument, PATIENTS } from '../../samples/kit/cda.ts';
import { patientRecipient, type RequestSample } from '../../samples/kit/request.ts';
import { frame } from '../../src/formats/hl7/framing.ts';
import { parseMessage } from '../../src/formats/hl7/message.ts';
import { set, swap, without } from '../formats/hl7/request-kit.ts';
import { newSample } from '../kit/gateway.ts';
import { type Laboratory, newRequest, startLaboratory } from '../kit/outgoing.ts';
import { dial, type Peer } from '../peers/mllp/server-peer.ts';

/** What an application hears of each bad request, over MLLP: ERR-3, ERR-5 and ERR-2; and that nothing comes of it. */

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await startLaboratory({ settings: { outgoing: { domains: ['*.mssante.fr'] } } });
});
afterAll(() => laboratory.stop());

type Overrides = Partial<RequestSample>;

const MDM: Overrides = { type: 'MDM' };
const PATIENT = patientRecipient(PATIENTS.morvan);
const TO_PATIENT: Overrides = { wishes: { DESTMSSANTEPAT: 'Y' }, recipients: [PATIENT] };
const altered = (alter: RequestSample['alter'], others: Overrides = {}): Overrides => ({ ...others, alter });
const to = (...addresses: readonly string[]): Overrides => ({
  recipients: addresses.map(address => ({ address })),
});
/** A document whose header lacks what archives are made of. */
const bare = (text: string | RegExp): Overrides => {
  const sample = newSample();
  return {
    documents: [Buffer.from(cdaDocument(sample).toString().replace(text, ''))],
    patient: sample.patient,
  };
};

const REFUSED: readonly (readonly [wrong: string, answer: string, request: Overrides])[] = [
  ['of another type', 'AE 200 MSH^1^9^1^1', altered(set('MSH', 9, 'ADT^A01^ADT_A01'))],
  ['of an unknown event', 'AE 201 MSH^1^9^1^2', altered(set('MSH', 9, 'MDM^T06^MDM_T02'), MDM)],
  ['that is neither production, test nor debugging', 'AE 202 MSH^1^11', { processingId: 'X' }],
  ['of another version of HL7', 'AE 203 MSH^1^12', altered(set('MSH', 12, '2.3'))],
  ['of another profile', 'AE 199 MSH^1^21', altered(set('MSH', 21, '1.1^CISIS_CDA_HL7_LPS'))],
  ['of another version of the profile', 'AE 199 MSH^1^21', altered(set('MSH', 21, '1.0^CISIS_CDA_HL7_V2'))],
  ['without a segment', 'AE 100 ORC^1', altered(without('ORC'))],
  ['without one of its metadata', 'AE 100 OBX^11', altered(without('OBX', 3))],
  ['without a required field', 'AE 101 MSH^1^17', altered(set('MSH', 17, ''))],
  ['with a value of no table', 'AE 103 OBX^1^11', altered(set('OBX', 11, 'P'))],
  ['in bytes of another charset than it says', 'AE 102 MSH^1^18', latinUnderUtf8()],
  ['with base64 that is none', 'AE 102 OBX^1^5^1^5', altered(swap('^XML^Base64^', '^XML^Base64^*'))],
  [
    'with a sentence in the place of the document',
    'AE 207 REQ-014 OBX^1^5^1^5',
    plain('Document au format CDA'),
  ],
  ['with a PDF for a CDA', 'AE 207 REQ-014 OBX^1^5^1^5', plain('%PDF-1.4')],
  [
    'with a document of no known type',
    'AE 207 REQ-018 OBX^1^5',
    { documents: [newSample({ code: '99999-9' })] },
  ],
  [
    'with a document without a date',
    'AE 207 REQ-018 OBX^1^5',
    bare(/<effectiveTime value="[^"]*"\/>\s*(?=<conf)/),
  ],
  ['whose patients are two', 'AE 207 REQ-016 PID^1^3', ofAnotherPatient()],
  [
    'whose order says another thing than its document',
    'AE 207 REQ-012 ORC^1^1',
    altered(set('ORC', 1, 'CA')),
  ],
  ['whose type is not the document’s', 'AE 207 REQ-013 OBX^1^3', altered(set('OBX', 3, '18748-4^CR^LN'))],
  ['whose TXA names another document', 'AE 207 REQ-017 TXA^1^12', altered(set('TXA', 12, '1.2.3'), MDM)],
  ['to replace nothing', 'AE 207 REQ-015 OBX^1^5^1^5', { action: 'replace' }],
  ['for nobody', 'AE 207 REQ-019 OBX^7^5', { wishes: {} }],
  ['for the DMP from nobody', 'AE 207 REQ-031 PRT^2', { wishes: { DESTDMP: 'Y' }, sender: undefined }],
  ['for professionals without one', 'AE 101 PRT^2', { recipients: [] }],
  ['for the patient without one', 'AE 101 PRT^3', { wishes: { DESTMSSANTEPAT: 'Y' } }],
  ['to sixty recipients', 'AE 198 PRT^52^15^1^4', to(...sixty())],
  ['to what is no address', 'AE 102 PRT^2^15^1^4', to('secretariat')],
  ['to an address with a header in it', 'AE 102 PRT^2^15^1^4', to('a@chu-x.mssante.fr\r\nBcc: b@exemple.fr')],
  ['to an address outside of MSSanté', 'AE 207 REQ-025 PRT^2^15^1^4', to('anne.tanguy@exemple.fr')],
  ['to be answered outside of MSSanté', 'AE 207 REQ-025 PRT^3^15^1^4', { replyTo: 'anne.tanguy@exemple.fr' }],
  [
    'to the patient under another matricule',
    'AE 207 REQ-026 PRT^2^15^1^4',
    { ...TO_PATIENT, ...to(patientRecipient(PATIENTS.diallo).address ?? '') },
  ],
  ['to a patient whose INS is not qualified', 'AE 207 REQ-026 PID^1^32', { ...TO_PATIENT, qualified: false }],
];

function latinUnderUtf8(): Overrides {
  return altered(set('MSH', 18, 'UNICODE UTF-8'), { charset: '8859/15', texts: { professionals: 'é' } });
}

function plain(text: string): Overrides {
  return { documents: [Buffer.from(text)], code: { code: '11502-2', display: 'CR', system: 'LN' } };
}

function ofAnotherPatient(): Overrides {
  return { documents: [newSample({ patient: PATIENTS.diallo })], patient: PATIENTS.morvan };
}

function sixty(): string[] {
  return Array.from({ length: 60 }, (_, number) => `medecin-${number}@chu-x.mssante.fr`);
}

/** How many requests the journal holds, and mails the operator: what comes of nothing does not change it. */
async function made(): Promise<readonly [requests: number, mails: number]> {
  const known = await laboratory.gateway().journal.list({ limit: 2_000 });
  return [known.filter(({ nature }) => nature === 'request').length, laboratory.operator.accepted().length];
}

function connect(): Promise<Peer> {
  return dial(laboratory.gateway().requestPort('sgl') ?? 0);
}

/** As {@link Laboratory.ask} tells it, of an ACK that perhaps cannot say what it answers. */
function answerIn(ack: string): string {
  const message = parseMessage(Buffer.from(ack, 'latin1'));
  const [msa, err] = [message.first('MSA'), message.first('ERR')];
  return [msa?.component(1, 1), err?.component(3, 1), err?.component(5, 1), err?.field(2)]
    .filter(Boolean)
    .join(' ');
}

async function isTaken(): Promise<void> {
  const { message, controlId } = newRequest();
  expect(await laboratory.ask(message)).toBe('AA');
  expect(laboratory.mails(await laboratory.settled(controlId))).toHaveLength(1);
}

describe('a request is refused', () => {
  it.each(REFUSED)('%s: %s', async (_, answer, overrides) => {
    const before = await made();
    expect(await laboratory.ask(newRequest(overrides).message)).toBe(answer);
    expect(await made()).toEqual(before);
  });

  it.each([
    ['that is not HL7', '<ClinicalDocument xmlns="urn:hl7-org:v3"/>', 'AE 100 MSH^1'],
    ['that is blank', '\r\n', 'AE 100 MSH^1'],
    ['that is a header alone', 'MSH|^~\\&|', 'AE 101 MSH^1^9'],
  ])('%s: %s, %s', async (_, bytes, answer) => {
    const before = await made();
    const peer = await connect();
    expect(answerIn(await peer.ask(bytes))).toBe(answer);
    peer.socket.destroy();
    expect(await made()).toEqual(before);
  });

  it('that breaks off, with the end of its connection: AE 199', async () => {
    const { message } = newRequest();
    const peer = await connect();
    peer.write(frame(message).subarray(0, 2_000));
    peer.socket.end();
    await peer.answered(1);
    expect(answerIn(peer.answers[0] ?? '')).toBe('AE 199 MSH^1');
    await peer.ended();
    peer.socket.destroy();
  });

  it('of 200 MB, long before its end: AE 199, the connection ends, and nobody else waits for it', async () => {
    const peer = await connect();
    const piece = Buffer.alloc(1024 * 1024, 'x');
    peer.write(frame(newRequest().message).subarray(0, 2_000));
    let sent = 0;
    while (sent < 200 && peer.isOpen) {
      sent += 1;
      await new Promise(written => peer.socket.write(piece, written));
      if (sent === 10) await isTaken();
    }
    await peer.answered(1);
    expect(answerIn(peer.answers[0] ?? '')).toBe('AE 199 MSH^1');
    expect(sent).toBeLessThan(200);
    peer.socket.destroy();
    await isTaken();
  });
});
