import { cdaSample, INS_TEST, type SamplePatient } from './cda.ts';
import { er7Bytes } from './er7.ts';
import { requestSegments } from './request-segments.ts';
import { describedIn, type RequestSample, type SampleParticipant } from './request-types.ts';

export type { RequestSample, SampleParticipant, SamplePerson, SampleWish } from './request-types.ts';

const DEFAULT: Omit<RequestSample, 'documents' | 'code' | 'patient'> = {
  type: 'ORU',
  version: '2.1',
  action: 'add',
  qualified: true,
  patientClass: 'I',
  account: '26004711',
  wishes: { DESTMSSANTEPS: 'Y' },
  sender: {
    person: { id: '810009990017', family: 'KERVELLA', given: 'Yann' },
    organization: { name: 'Laboratoire des Embruns', id: '1290000999' },
  },
  recipients: [
    {
      address: 'anne.tanguy@cabinet-du-port.mssante.fr',
      person: { id: '810009990025', family: 'TANGUY', given: 'Anne' },
    },
  ],
  replyTo: undefined,
  noAnswer: false,
  texts: {},
  controlId: 'EMB-000001',
  from: ['SGL', 'EMBRUNS'],
  to: ['PFI', 'EMBRUNS'],
  processingId: 'P',
  charset: 'UNICODE UTF-8',
  separators: '|^~\\&',
  alter: segments => segments,
};

/** A report about Claire Morvan to her doctor, with whatever is different. */
export function requestSample(overrides: Partial<RequestSample> = {}): RequestSample {
  const { documents = [cdaSample()] } = overrides;
  const { code, display, system, patient } = describedIn(documents) ?? cdaSample();
  return {
    ...DEFAULT,
    documents,
    code: { code, display, system: system === '2.16.840.1.113883.6.1' ? 'LN' : 'TRE_A05' },
    patient,
    ...overrides,
  };
}

/** The message's bytes; each segment ends with a CR, no MLLP frame. */
export function requestMessage(overrides: Partial<RequestSample> = {}): Buffer {
  const sample = requestSample(overrides);
  return er7Bytes(sample.alter(requestSegments(sample)), sample.charset, sample.separators);
}

/** The patient's own mailbox as a recipient. */
export function patientRecipient(patient: SamplePatient): SampleParticipant {
  const id = patient.identifiers.find(({ root }) => root === INS_TEST)?.extension ?? '';
  const { birthFamily: family = '', birthGiven: given = '' } = patient;
  return {
    address: `${id}@patient.mssante.fr`,
    person: { id, family, given, authority: INS_TEST, type: 'INS' },
  };
}
