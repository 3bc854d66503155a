import { isInsAuthority } from '../formats/cda/identity.ts';
import { APPLICATION_ERRORS } from '../formats/hl7/error-tables.ts';
import type { Hl7Message, Hl7Segment } from '../formats/hl7/message.ts';

/** A patient as a DPI knows it. Traits are those of the INS: names of birth, in capitals. */
export interface KnownPatient {
  readonly identifiers: readonly { readonly root: string; readonly extension?: string | undefined }[];
  readonly birthFamily?: string | undefined;
  readonly birthGiven?: string | undefined;
  /** `19790328`. */
  readonly birthTime?: string | undefined;
  readonly gender?: string | undefined;
}

export interface RecordedDocument {
  /** `root` or `root^extension`. */
  readonly id: string;
  /** TXA-2. */
  readonly type: string;
  readonly state: 'current' | 'replaced' | 'deleted';
}

/** A code of table applicationErrorCondition, its label, and where in the message (ERR-2). */
export interface Refusal {
  readonly code: string;
  readonly label: string;
  readonly location: string;
}

/** What a DPI remembers between messages. */
export interface PatientRecords {
  /** Carries out what an MDM asks; undefined when it is done. */
  apply(message: Hl7Message): Refusal | undefined;
  documents(): RecordedDocument[];
}

export interface PatientRecordsOptions {
  readonly patients: readonly KnownPatient[];
  /** Refuses a document without INS (903) even where another identifier is known. */
  readonly requireIns: boolean;
}

interface Entry {
  readonly type: string;
  readonly patient: KnownPatient;
  state: RecordedDocument['state'];
}

/**
 * An empty set of records; it judges by the error codes of ANS, Transmission au LPS v1.1 (900, 902 to 905).
 */
export function createPatientRecords(options: PatientRecordsOptions): PatientRecords {
  const entries = new Map<string, Entry>();

  function apply(message: Hl7Message): Refusal | undefined {
    const found = identify(message.first('PID'), options);
    if ('code' in found) return found;
    const txa = message.first('TXA');
    const id = entity(txa, 12);
    const added: Entry = { type: txa?.component(2, 1) ?? '', patient: found, state: 'current' };
    switch (message.header.component(9, 2)) {
      case 'T10':
        return replace(id, entity(txa, 13), added);
      case 'T04':
        // What is deleted is the CDA's own id; a CDA made for the deletion names it as its parent instead.
        return end(entries.has(id) ? id : entity(txa, 13), found, 'deleted');
      default:
        if (!entries.has(id)) entries.set(id, added);
        return undefined;
    }
  }

  function replace(id: string, parent: string, added: Entry): Refusal | undefined {
    if (entries.get(id)?.state === 'current' && entries.get(parent)?.state === 'replaced') return undefined;
    const refusal = end(parent, added.patient, 'replaced');
    if (refusal === undefined) entries.set(id, added);
    return refusal;
  }

  function end(id: string, patient: KnownPatient, state: Entry['state']): Refusal | undefined {
    const entry = entries.get(id);
    if (entry === undefined || entry.patient !== patient || entry.state !== 'current') {
      return refusal('900', 'TXA^1^13');
    }
    entry.state = state;
    return undefined;
  }

  return {
    apply,
    documents: () => [...entries].map(([id, { type, state }]) => ({ id, type, state })),
  };
}

function identify(pid: Hl7Segment | undefined, options: PatientRecordsOptions): KnownPatient | Refusal {
  const given = repetitions(pid, 3).map(repetition => ({
    extension: pid?.component(3, 1, repetition),
    root: pid?.subcomponent(3, 4, 2, repetition) ?? '',
  }));
  const ins = given.find(({ root }) => isInsAuthority(root));
  if (ins === undefined && options.requireIns) return refusal('903', 'PID^1^3');
  const patient = options.patients.find(({ identifiers }) =>
    identifiers.some(known => given.some(id => id.root === known.root && id.extension === known.extension)),
  );
  if (patient === undefined) return refusal('902', 'PID^1^3');
  if (ins === undefined) return patient;
  const known = patient.identifiers.find(({ root }) => isInsAuthority(root));
  if (known !== undefined && known.extension !== ins.extension) return refusal('904', 'PID^1^3');
  const traits = traitsOf(pid);
  if (traits.includes('')) return refusal('905', 'PID^1^5');
  const expected = [patient.birthFamily, patient.birthGiven, patient.birthTime, patient.gender];
  const differs = expected.some((trait, place) => trait !== undefined && fold(trait) !== traits[place]);
  return differs ? refusal('904', 'PID^1^5') : patient;
}

/** Names of birth (PID-5 of type L), birth date, sex; '' for what is not given. */
function traitsOf(pid: Hl7Segment | undefined): string[] {
  const birth = repetitions(pid, 5).find(repetition => pid?.component(5, 7, repetition) === 'L');
  const names = birth === undefined ? ['', ''] : [1, 2].map(part => pid?.component(5, part, birth) ?? '');
  const [born = '', sex = ''] = [7, 8].map(field => pid?.component(field, 1) ?? '');
  return [...names, born.slice(0, 8), sex].map(fold);
}

function repetitions(segment: Hl7Segment | undefined, field: number): number[] {
  return Array.from({ length: segment?.repetitions(field) ?? 0 }, (_, index) => index + 1);
}

/** An EI as written in TXA-12 and TXA-13: `extension^^root^ISO`, or the root alone. */
function entity(txa: Hl7Segment | undefined, field: number): string {
  const [first = '', root = ''] = [1, 3].map(component => txa?.component(field, component) ?? '');
  return root === '' ? first : `${root}^${first}`;
}

function fold(text: string): string {
  return text.normalize('NFC').toUpperCase().trim();
}

function refusal(code: string, location: string): Refusal {
  return { code, label: APPLICATION_ERRORS[code] ?? '', location };
}
