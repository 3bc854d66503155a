import { Hl7Message } from '@medplum/core';
import type { EntryFacts } from './metadata-facts.ts';

/** What a request says, read with a parser that is not the gateway's. */
export interface SaidInRequest {
  readonly documents: readonly Buffer[];
  /** PRT-15.4. */
  readonly recipients: readonly string[];
  readonly replyTo: string | undefined;
  /** PRT-5 and PRT-8 of `SB`, by component. */
  readonly sender: { readonly person: readonly string[]; readonly organization: readonly string[] };
  /** PV1-2. */
  readonly patientClass: string;
  /** OBX-5.1 by OBX-3.1: `Y` or `N`. */
  readonly answers: ReadonlyMap<string, string>;
}

export function saidIn(text: string): SaidInRequest {
  const message = Hl7Message.parse(text.trimEnd().replaceAll('\n', '\r'));
  const observations = message.getAllSegments('OBX');
  const participants = message.getAllSegments('PRT');
  const inRole = (role: string) => participants.filter(prt => prt.getField(4).getComponent(1) === role);
  const [sender] = inRole('SB');
  const componentsOf = (field: number) => sender?.getField(field).components[0] ?? [];
  return {
    documents: observations
      .filter(obx => obx.getField(5).getComponent(3) === 'XML')
      .map(obx => Buffer.from(obx.getField(5).getComponent(5), 'base64')),
    recipients: inRole('RCT').map(prt => prt.getField(15).getComponent(4)),
    replyTo: inRole('REPLY')[0]?.getField(15).getComponent(4),
    sender: { person: componentsOf(5).map(String), organization: componentsOf(8).map(String) },
    patientClass: message.getSegment('PV1')?.getField(2).toString() ?? '',
    answers: new Map(
      observations.map(obx => [obx.getField(3).getComponent(1), obx.getField(5).getComponent(1)]),
    ),
  };
}

/** “Mapping XDS”, contentTypeCode by PV1-2, with the labels of JDV_J59. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  I: '03|1.2.250.1.213.2.2|Hospitalisation complète (non compris hospitalisation de semaine)',
  O: '07|1.2.250.1.213.2.2|Consultations soins externes',
  R: '19|1.2.250.1.213.2.2|Traitement et cure ambulatoire',
  N: "97|1.2.250.1.213.2.2|Type d'activité indifférencié",
  E: '07|1.2.250.1.213.2.2|Consultations soins externes',
};

/** What the submission set says: the author is PRT `SB` in the form of XDS, a FINESS of nine characters becomes the structure's national number. */
export function expectedSubmission({ sender, patientClass }: SaidInRequest): EntryFacts {
  const [id, family, given] = sender.person;
  const [name, number = ''] = [sender.organization[0], sender.organization[9]?.trim()];
  const structure = number.length === 9 ? `1${number}` : number;
  return {
    contentTypeCode: [CONTENT_TYPES[patientClass] ?? ''],
    authorPerson: [`${id}^${family}^${given}^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS`],
    authorInstitution: [`${name}^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^${structure}`],
    sourceId: ['1.2.250.1.71.4.2.2.1290000999'],
  };
}

/** confidentialityCode: the document's own level, which is N in all the official ones, then what hides it. */
export function expectedConfidentiality({ answers }: SaidInRequest): string[] {
  const hiding: readonly (readonly [string, string, string])[] = [
    ['MASQUE_PS', 'MASQUE_PS', 'Masqué aux professionnels de santé'],
    ['INVISIBLE_PATIENT', 'INVISIBLE_PATIENT', 'Non visible par le patient'],
    [
      'INVISIBLE_REP_LEGAUX',
      'INVISIBLE_REPRESENTANTS_LEGAUX',
      'Non visible par les représentants légaux du patient',
    ],
  ];
  return [
    'N|2.16.840.1.113883.5.25|Normal',
    ...hiding
      .filter(([wish]) => answers.get(wish) === 'Y')
      .map(([, code, label]) => `${code}|1.2.250.1.213.1.1.4.13|${label}`),
  ];
}
