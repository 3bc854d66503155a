import type { CdaHeader, PatientHeader } from '../../../src/formats/cda/types.ts';
import type { MdmInput } from '../../../src/formats/hl7/types.ts';

/** An invented patient with every trait of the INS, under the test authority. */
export const PATIENT: PatientHeader = {
  identifiers: [
    { root: '1.2.250.1.213.1.4.10', extension: '285076310300142' },
    { root: '1.2.250.1.999.7.1', extension: '00417', assigningAuthorityName: 'CH-VALMORT' },
  ],
  families: [
    { value: 'LÉTRANGIER', qualifier: 'BR' },
    { value: 'D’HAUTECŒUR', qualifier: 'CL' },
  ],
  givens: [
    { value: 'ZOÉ', qualifier: 'BR' },
    { value: 'ZOÉ MARIE-ANGE', qualifier: undefined },
    { value: 'ZOÉ', qualifier: 'CL' },
  ],
  birthTime: '19850712',
  gender: 'F',
  birthplace: { county: '63103', city: 'CHÂTEL-GUYON' },
};

export const HEADER: CdaHeader = {
  id: { root: '1.2.250.1.999.1.1.20261120.1', extension: undefined },
  setId: { root: '1.2.250.1.999.1.1.20261120', extension: undefined },
  versionNumber: '1',
  code: { code: '18748-4', system: '2.16.840.1.113883.6.1', display: "CR d'imagerie médicale" },
  title: 'Échographie',
  effectiveTime: '20261119103000+0100',
  confidentiality: [],
  language: undefined,
  templates: [],
  replaces: [],
  patient: PATIENT,
  authors: [],
  custodian: undefined,
  authenticator: undefined,
  services: [],
  encounter: undefined,
};

/** The input of a complete message; each test changes what it is about. */
export function mdmInput(change: Partial<MdmInput> = {}): MdmInput {
  return {
    sender: { application: 'PFI', facility: 'CHU_X' },
    receiver: { application: 'DPI', facility: 'CHU_X' },
    controlId: '0193-c0ffee',
    time: new Date('2026-11-20T08:30:00Z'),
    processingId: 'T',
    charset: 'UNICODE UTF-8',
    unmappable: 'escape',
    action: 'add',
    header: HEADER,
    document: Buffer.from('<ClinicalDocument xmlns="urn:hl7-org:v3"/>'),
    from: {
      address: 'claire.martel@medecin.mssante.fr',
      person: [
        '801234567891',
        'MARTEL',
        'Claire',
        '',
        '',
        '',
        '',
        '',
        '&1.2.250.1.71.4.2.1&ISO',
        'D',
        '',
        '',
        'IDNPS',
      ],
    },
    recipients: [
      {
        address: 'dpi.urologie@chu-x.mssante.fr',
        organization: { name: "Service d'urologie", id: '3435', type: 'UF', authority: '120456789' },
      },
    ],
    replyTo: [],
    mail: {
      messageId: '<20261120.1@medecin.mssante.fr>',
      subject: 'XDM/1.0/DDM+Échographie',
      text: 'Bonjour,\nvoici l’échographie.',
    },
    restrictions: {
      masquePs: false,
      invisiblePatient: true,
      invisibleRepLegaux: false,
      modifConfCode: false,
    },
    ...change,
  };
}
