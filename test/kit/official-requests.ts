import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { saidIn } from './said-in-request.ts';
import { hasShared, SHARED } from './shared.ts';

const CORPUS = 'corpus/hl7/request-v2.1';

/** Whether the official requests are at hand. */
export const hasOfficialRequests = hasShared(CORPUS);

/** A published request, and what it takes to make an acceptable one of it. */
export interface OfficialRequest {
  readonly name: string;
  readonly file: string;
  /** Documents beside the message, put one after the other in place of those that it carries. */
  readonly companions: readonly string[];
  /** The receiving side's event for what it asks. */
  readonly event: 'T02' | 'T10' | 'T04';
}

/** In the order in which a hospital would get them: the deletion is of the version that `oru-initial` has beside it. */
export const OFFICIAL_REQUESTS: readonly OfficialRequest[] = [
  {
    name: 'MDM T02',
    file: 'mdm-initial/message_MDM_CR_Radio_INIT_N1_Base64.er7',
    companions: [],
    event: 'T02',
  },
  {
    name: 'MDM T02, its companion',
    file: 'mdm-initial/message_MDM_CR_Radio_INIT_N1.er7',
    companions: ['CR_Radio_CDAN1_v1.XML'],
    event: 'T02',
  },
  {
    name: 'MDM T10',
    file: 'mdm-replace/message_MDM_CR_Radio_RPLC_N1.er7',
    companions: [],
    event: 'T10',
  },
  {
    name: 'ORU N1 and N3, their companions',
    file: 'oru-initial-n1-n3-with-zam/message_ORU_CR_Bio_INIT_N1_N3.hl7',
    companions: ['CR_Bio_CDA_Niv1_v1.XML', 'CR_Bio_CDA_Niv3_v1.XML'],
    event: 'T02',
  },
  {
    name: 'ORU N3',
    file: 'oru-initial/message_ORU_CR_Bio_INIT_N3_SEGUR.hl7',
    companions: [],
    event: 'T02',
  },
  {
    name: 'ORU N3, its companion',
    file: 'oru-initial/message_ORU_CR_Bio_INIT_N3_SEGUR.hl7',
    companions: ['SEGUR_CR-BIO_2023.01_Electrophorese.xml'],
    event: 'T02',
  },
  {
    name: 'ORU deleting, its companion',
    file: 'oru-delete/message_ORU_CR_Bio_DEL_N3_SEGUR.hl7',
    companions: ['SEGUR_CR_Bio_CDA_Niv3_v2.xml'],
    event: 'T04',
  },
];

/** A file of the corpus as it lies there: its lines end with LF. */
export function published(file: string): string {
  return readFileSync(join(SHARED, CORPUS, file), 'utf8');
}

/** As published, but for its number: all of them have the same one. */
export function numbered(file: string, controlId: string): string {
  return published(file).replace(/^((?:[^|]*\|){9})[^|]*/, `$1${controlId}`);
}

/** As it must be to be accepted: with its documents, and the patient's address without five digits too many. */
export function acceptable({ file, companions }: OfficialRequest, controlId: string): string {
  const documents = companions.map(name => readFileSync(join(SHARED, CORPUS, file, '..', name)));
  let next = 0;
  return numbered(file, controlId)
    .replaceAll(/\b\d{5}(\d{15})(?=\^PAT|@patient)/g, '$1')
    .replaceAll(/(\^XML\^Base64\^)([^|]*)/gi, (whole, before: string) => {
      const document = documents[next++];
      return document === undefined ? whole : before + document.toString('base64');
    });
}

export function requestNamed(name: string): OfficialRequest {
  const found = OFFICIAL_REQUESTS.find(each => each.name === name);
  if (found === undefined) throw new Error(`no request ${name}`);
  return found;
}

/** With other answers in OBX-5.1, by OBX-3.1. */
export function answering(text: string, answers: Readonly<Record<string, 'Y' | 'N'>>): string {
  return Object.entries(answers).reduce(
    (changed, [wish, answer]) => changed.replace(new RegExp(`(\\|${wish}\\^[^|]*\\|\\|)[YN]`), `$1${answer}`),
    text,
  );
}

/** The lines as an application ends them. */
export function withCr(text: string): Buffer {
  return Buffer.from(text.replaceAll('\n', '\r'));
}

/** Every address that an official request is sent to. */
export function officialRecipients(): string[] {
  return [...new Set(OFFICIAL_REQUESTS.flatMap(each => saidIn(acceptable(each, '015')).recipients))];
}
