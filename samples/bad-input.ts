import type { ErrorCode } from '../src/errors/catalogue.ts';
import { BAL, dateOf, LABORATORY, laboratoryMail, messageIdOf } from './actors.ts';
import {
  type ArchiveDocument,
  archiveMembers,
  bomb,
  type RawEntry,
  rawZip,
  xdmArchive,
} from './kit/archive.ts';
import { cdaDocument, cdaSample, PATIENTS } from './kit/cda.ts';
import { archivePart, rawBytes } from './kit/mail.ts';

/** An input that is wrong in one way, and what the gateway says of it. */
export interface BadInput {
  /** Its file's name, without extension. */
  readonly name: string;
  /** One line, in French. */
  readonly description: string;
  /** The fault that is found, or `integrated`: repaired or left to the DPI. */
  readonly expected: ErrorCode | 'integrated';
  /** The same bytes each time. */
  readonly build: () => Promise<Buffer>;
}

const sample = cdaSample();
const one = { documents: [{ sample }] };
const members = (): RawEntry[] => archiveMembers(one);

/** An archive of the one document, told otherwise. */
function archiveOf(document: Partial<ArchiveDocument>, change?: (xml: string) => string): Promise<Buffer> {
  return xdmArchive({ subsets: [{ documents: [{ sample, ...document }], metadata: change }] });
}

/** The one document's archive with some of its members changed or left out. */
function rawArchive(change: (member: RawEntry) => RawEntry | undefined): Buffer {
  return rawZip(members().flatMap(member => change(member) ?? []));
}

/** Archives: what stands in an IHE_XDM.zip. */
export const BAD_ARCHIVES: readonly BadInput[] = [
  {
    name: 'tronquee',
    description: 'Archive coupée au milieu',
    expected: 'XDM-001',
    build: async () => rawZip(members(), { truncateTo: 2000 }),
  },
  {
    name: 'chiffree',
    description: 'Archive dont les fichiers sont chiffrés',
    expected: 'XDM-002',
    build: async () => rawArchive(member => ({ ...member, flags: 0x0801 })),
  },
  {
    name: 'imbriquee',
    description: 'Archive qui contient une archive, et rien d’autre',
    expected: 'XDM-003',
    build: async () => rawZip([{ name: 'IHE_XDM.zip', bytes: await xdmArchive(one) }]),
  },
  {
    name: 'traversee',
    description: 'Nom de fichier qui sort de l’archive',
    expected: 'XDM-004',
    build: async () => rawZip([...members(), { name: '../../evasion.txt', bytes: Buffer.from('x') }]),
  },
  {
    name: 'fichier-double',
    description: 'Deux fichiers du même nom',
    expected: 'XDM-005',
    build: async () =>
      rawZip([...members(), { name: 'IHE_XDM/SUBSET01/DOC0001.XML', bytes: Buffer.from('<x/>') }]),
  },
  {
    name: 'bombe-taux',
    description: 'Fichier de 20 Mo de zéros qui tient en 20 ko',
    expected: 'XDM-006',
    build: async () => rawZip([...members(), bomb('IHE_XDM/SUBSET01/BOMBE.XML', 20_000_000)]),
  },
  {
    name: 'bombe-nombre',
    description: 'Six cents fichiers',
    expected: 'XDM-006',
    build: async () => {
      const many = Array.from({ length: 600 }, (_, index) => ({
        name: `F${index}`,
        bytes: Buffer.alloc(0),
        method: 0,
      }));
      return rawZip([...members(), ...many]);
    },
  },
  {
    name: 'tailles-fausses',
    description: 'Taille annoncée par l’archive plus petite que le fichier',
    expected: 'XDM-007',
    build: async () => rawArchive(member => (isDocument(member) ? { ...member, size: 10 } : member)),
  },
  {
    name: 'sans-metadata',
    description: 'METADATA.XML absent',
    expected: 'XDM-008',
    build: async () => rawArchive(member => (isMetadata(member) ? undefined : member)),
  },
  {
    name: 'metadata-mal-forme',
    description: 'METADATA.XML mal formé',
    expected: 'XDM-009',
    build: () => archiveOf({}, xml => xml.replace('</rim:RegistryObjectList>', '')),
  },
  {
    name: 'metadata-doctype',
    description: 'METADATA.XML avec une DOCTYPE et une entité externe',
    expected: 'XDM-010',
    build: () =>
      archiveOf({}, xml =>
        xml.replace('?>\n', '?>\n<!DOCTYPE lcm [<!ENTITY secret SYSTEM "file:///etc/passwd">]>\n'),
      ),
  },
  {
    name: 'document-absent',
    description: 'Le document annoncé n’est pas dans l’archive',
    expected: 'XDM-011',
    build: async () => rawArchive(member => (isDocument(member) ? undefined : member)),
  },
  {
    name: 'empreinte-fausse',
    description: 'L’empreinte annoncée n’est pas celle du document',
    expected: 'XDM-012',
    build: () => archiveOf({ hash: '0'.repeat(40) }),
  },
  {
    name: 'taille-fausse',
    description: 'La taille annoncée par METADATA.XML n’est pas celle du document',
    expected: 'XDM-013',
    build: () => archiveOf({ size: 12 }),
  },
  {
    name: 'document-mal-forme',
    description: 'Le document n’est pas un XML bien formé',
    expected: 'CDA-001',
    build: () => {
      const text = cdaDocument(sample).toString();
      return archiveOf({ bytes: Buffer.from(text.replace('</patientRole>', '</patient>')) });
    },
  },
  {
    name: 'document-non-cda',
    description: 'Le document est un XML qui n’est pas un CDA',
    expected: 'CDA-002',
    build: () => archiveOf({ bytes: Buffer.from('<facture xmlns="urn:exemple">42</facture>') }),
  },
  {
    name: 'deux-patients',
    description: 'Documents de deux patients',
    expected: 'XDM-019',
    build: () => {
      const other = cdaSample({ patient: PATIENTS.dartagnan, id: { root: '1.2.250.1.999.9' } });
      return xdmArchive({ subsets: [one, { documents: [{ sample: other }] }] });
    },
  },
  {
    name: 'sans-ins',
    description: 'Patient sans INS : le DPI décide',
    expected: 'integrated',
    build: () => xdmArchive({ documents: [{ sample: cdaSample({ patient: PATIENTS.lenoir }) }] }),
  },
];

/** Mails: what is wrong around the archive. */
export const BAD_MAILS: readonly BadInput[] = [
  {
    name: 'deux-archives',
    description: 'Deux archives IHE_XDM.zip dans un courriel',
    expected: 'MAIL-008',
    build: async () => {
      const other = cdaSample({ id: { root: '1.2.250.1.999.9' } });
      const attachments = [
        archivePart(await xdmArchive(one)),
        archivePart(await xdmArchive({ documents: [{ sample: other }] })),
      ];
      return laboratoryMail({ number: 51, documents: [{ sample }], attachments });
    },
  },
  {
    name: 'sans-message-id',
    description: 'Courriel sans Message-ID',
    expected: 'MAIL-004',
    build: () => laboratoryMail({ number: 52, documents: [{ sample }], messageId: '' }),
  },
  {
    name: 'dix-mille-parties',
    description: 'Courriel de dix mille parties',
    expected: 'MAIL-002',
    build: async () => tenThousandParts(),
  },
  {
    name: 'en-tetes-iso-8859-15',
    description: 'En-têtes en ISO-8859-15, sans encodage',
    expected: 'integrated',
    build: async () => withLatinHeaders(await laboratoryMail({ number: 54, documents: [{ sample }] })),
  },
  {
    name: 'mime-reparable',
    description: 'Délimiteur final absent, fins de ligne LF, pièce jointe de type générique',
    expected: 'integrated',
    build: async () => repairable(await laboratoryMail({ number: 55, documents: [{ sample }] })),
  },
];

function isDocument({ name }: RawEntry): boolean {
  return String(name).endsWith('DOC0001.XML');
}

function isMetadata({ name }: RawEntry): boolean {
  return String(name).endsWith('METADATA.XML');
}

function tenThousandParts(): Buffer {
  const head = [
    `From: <${LABORATORY}>`,
    `To: ${BAL}`,
    'Subject: XDM/1.0/DDM+document',
    `Date: ${dateOf(53).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: ${messageIdOf(53)}`,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
  ];
  return rawBytes([...head, ...Array.from({ length: 10_000 }, () => '--b\r\n\r\n'), '--b--']);
}

/** 0xA4 is the euro sign in ISO-8859-15, 0xE9 is é. */
function withLatinHeaders(mail: Buffer): Buffer {
  const subject =
    "Subject: XDM/1.0/DDM+CR re\xe7u de l'h\xf4pital (forfait 20 \xa4) MORVAN CLAIRE 14/06/1985";
  return Buffer.from(mail.toString('latin1').replace(/^Subject: .*$/m, subject), 'latin1');
}

function repairable(mail: Buffer): Buffer {
  const text = mail.toString('latin1').replaceAll('\r\n', '\n');
  return Buffer.from(
    text.replace(/--\n$/, '\n').replace('application/zip', 'application/octet-stream'),
    'latin1',
  );
}
