import AdmZip from 'adm-zip';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cdaDocument, type CdaSample, cdaSample, PATIENTS } from '../../../samples/kit/cda.ts';
import { readCdaHeader } from '../../../src/formats/cda/read-header.ts';
import type { RequestSender } from '../../../src/formats/hl7/request-types.ts';
import { unescapeValue } from '../../../src/formats/hl7/escape.ts';
import { actionOf } from '../../../src/formats/xdm/action.ts';
import { type ArchivedDocument, buildXdm, type XdmInput } from '../../../src/formats/xdm/build-xdm.ts';
import { documentMetadata, type HiddenFrom } from '../../../src/formats/xdm/document-metadata.ts';
import { readXdm } from '../../../src/formats/xdm/read-xdm.ts';
import type { DocumentAction } from '../../../src/formats/xdm/types.ts';
import { at, attribute, childrenOf, parseXml, type XmlElement } from '../../../src/formats/xml/element.ts';
import { LIMITS } from '../../kit/archive-limits.ts';
import { entriesOf, submissionOf } from '../../kit/metadata-facts.ts';

const OPEN: HiddenFrom = { masquePs: false, invisiblePatient: false, invisibleRepLegaux: false };

function document(
  sample: Partial<CdaSample> = {},
  about: { action?: DocumentAction; restrictions?: HiddenFrom } = {},
): ArchivedDocument {
  const bytes = cdaDocument(cdaSample(sample));
  const metadata = documentMetadata(
    { bytes, header: readCdaHeader(bytes) },
    { action: 'add', restrictions: OPEN, ...about },
  );
  return { bytes, metadata };
}

function input(changes: Partial<XdmInput> = {}): XdmInput {
  let last = 0;
  return {
    documents: [document()],
    author: undefined,
    patientClass: 'O',
    time: new Date('2026-11-20T08:30:41.900Z'),
    newId: () => `00000000-0000-4000-8000-${(++last).toString(16).padStart(12, '0')}`,
    source: {
      establishment: {
        name: 'CHU X',
        structureId: '1120456789',
        address: '1 rue de la Grève',
        phone: undefined,
      },
      product: { name: 'pfi-gateway', version: '0.1.0', vendor: undefined },
    },
    ...changes,
  };
}

/** What METADATA.XML holds: the submission set, the entries, their associations. */
async function registryObjects(changes: Partial<XdmInput> = {}): Promise<readonly XmlElement[]> {
  const zip = new AdmZip(Buffer.from(await buildXdm(input(changes))));
  const root = parseXml(zip.readAsText('IHE_XDM/SUBSET01/METADATA.XML'));
  return root.children[0]?.children ?? [];
}

const SENDER: RequestSender = {
  person: '01234567866^DIAZ^Thierry^^^^^^^D^^^RPPS'.split('^'),
  organization: { name: 'CHU X', id: '120456789', type: 'FINEG', authority: undefined },
  device: undefined,
};
const SUBMITTED_BY = {
  person: '801234567866^DIAZ^Thierry^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
  institutions: ['CHU X^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1120456789'],
};

describe('buildXdm', () => {
  it('lays the archive out as ITI-32 asks', async () => {
    const documents = [document(), document({ id: { root: '1.2.3' }, level: 1 })];
    const zip = new AdmZip(Buffer.from(await buildXdm(input({ documents }))));
    const members = zip.getEntries();
    expect(members.map(({ entryName }) => entryName).toSorted()).toEqual([
      'IHE_XDM/',
      'IHE_XDM/SUBSET01/',
      'IHE_XDM/SUBSET01/DOC0001.XML',
      'IHE_XDM/SUBSET01/DOC0002.XML',
      'IHE_XDM/SUBSET01/METADATA.XML',
      'INDEX.HTM',
      'README.TXT',
    ]);
    expect(zip.readFile('IHE_XDM/SUBSET01/DOC0002.XML')?.equals(documents[1]?.bytes ?? Buffer.of())).toBe(
      true,
    );
    expect(zip.readAsText('INDEX.HTM')).toContain('CHU X (1120456789)');
    expect(zip.readAsText('README.TXT')).toContain('1 rue de la Greve');
    expect(zip.readAsText('README.TXT')).toContain('DOC0002.XML');
  });

  it('always makes the same bytes of the same input', async () => {
    const [one, other] = await Promise.all([buildXdm(input()), buildXdm(input())]);
    expect(Buffer.from(one).equals(other)).toBe(true);
  });

  it('dates its members in UTC, wherever it is made', async () => {
    const bytes = Buffer.from(await buildXdm(input()));
    const end = bytes.lastIndexOf('PK\u0005\u0006');
    const directory = bytes.readUInt32LE(end + 16);
    const [clock, day] = [bytes.readUInt16LE(directory + 12), bytes.readUInt16LE(directory + 14)];
    expect([(day >> 9) + 1980, (day >> 5) & 15, day & 31]).toEqual([2026, 11, 20]);
    expect([clock >> 11, (clock >> 5) & 63, (clock & 31) * 2]).toEqual([8, 30, 40]);
  });

  it('is read back: documents, actions, patient, authors, confidentiality', async () => {
    const hidden = { masquePs: true, invisiblePatient: false, invisibleRepLegaux: true };
    const patient = PATIENTS.dartagnan;
    const documents = [
      document({ patient }, { action: 'replace' }),
      document(
        { patient, id: { root: '1.2.3', extension: 'é&2' }, encoding: 'utf-16le', bom: true },
        { action: 'delete', restrictions: hidden },
      ),
      document({ patient, id: { root: '1.2.4' }, selfPresenting: true }),
    ];
    const archive = readXdm(await buildXdm(input({ documents, author: SENDER })), LIMITS);
    expect(archive.orphans).toBe(0);
    expect(archive.documents.map(each => Buffer.from(each.bytes ?? []))).toEqual(
      documents.map(each => each.bytes),
    );
    expect(archive.documents.map(({ entry }) => actionOf(entry))).toEqual(['replace', 'delete', 'add']);
    for (const [place, { entry, submission, ...read }] of archive.documents.entries()) {
      const metadata = documents[place]?.metadata;
      expect(read).toMatchObject({ subset: 'IHE_XDM/SUBSET01', integrity: 'verified' });
      expect(entry).toMatchObject({
        uniqueId: metadata?.uniqueId,
        patientId: metadata?.patientId,
        sourcePatientId: metadata?.sourcePatientId,
        sourcePatientInfo: metadata?.sourcePatientInfo,
        typeCode: metadata?.typeCode,
        confidentialityCodes: metadata?.confidentialityCodes,
      });
      expect(submission).toMatchObject({ patientId: metadata?.patientId, authors: [SUBMITTED_BY] });
    }
  });

  it('gives everything an identifier of its own, and to each entry what is its', async () => {
    const objects = await registryObjects({ documents: [document(), document({ level: 1 })] });
    const ids: (string | undefined)[] = [];
    for (const object of objects) {
      const id = attribute(object, 'id');
      const parts = object.children.filter(({ name }) => /^(Classification|ExternalIdentifier)$/.test(name));
      ids.push(id, ...parts.map(part => attribute(part, 'id')));
      for (const part of parts)
        expect(attribute(part, 'classifiedObject') ?? attribute(part, 'registryObject')).toBe(id);
    }
    expect(ids).toHaveLength(5 + 6 + 2 * 9);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter(id => !/^urn:uuid:[0-9a-f-]{36}$/.test(id ?? ''))).toEqual([]);
  });

  it('gives each entry the logicalID of a first version: its own id', async () => {
    const objects = await registryObjects({ documents: [document(), document({ level: 1 })] });
    const entries = objects.filter(({ name }) => name === 'ExtrinsicObject');
    expect(entries).toHaveLength(2);
    expect(entries.map(entry => attribute(entry, 'lid'))).toEqual(
      entries.map(entry => attribute(entry, 'id')),
    );
  });

  const { morvan } = PATIENTS;
  const [ins, ipp] = morvan.identifiers;
  const known = (...identifiers: readonly (typeof ins)[]) => ({
    ...morvan,
    identifiers: identifiers.filter(id => id !== undefined),
  });
  const INS_CX = `${ins?.extension}^^^&1.2.250.1.213.1.4.10&ISO^NH`;
  const IPP_CX = '8000123^^^&1.2.250.1.999.1.2&ISO^PI';
  it.each([
    ['the INS, which the second document alone has', [known(ipp), known(ins, ipp)], INS_CX, [IPP_CX, IPP_CX]],
    ['the INS, which the first document alone has', [known(ins), known(ins, ipp)], INS_CX, [INS_CX, IPP_CX]],
    ['the first document’s where none has an INS', [known(ipp), known(ipp)], IPP_CX, [IPP_CX, IPP_CX]],
  ])('has one patientId, and the documents’ own sourcePatientId: %s', async (_, patients, shared, own) => {
    const documents = patients.map((patient, place) => document({ patient, level: place === 0 ? 1 : 3 }));
    const archive = await buildXdm(input({ documents }));
    expect(submissionOf(archive)['patientId']).toEqual([shared]);
    const entries = entriesOf(archive);
    expect(entries.map(entry => entry['patientId'])).toEqual([[shared], [shared]]);
    expect(entries.map(entry => entry['sourcePatientId'])).toEqual(own.map(id => [id]));
  });

  it('makes every document a member of the submission', async () => {
    const objects = await registryObjects({ documents: [document(), document({ level: 1 })] });
    const idsOf = (name: string) =>
      objects.filter(object => object.name === name).map(object => attribute(object, 'id'));
    const [set] = idsOf('RegistryPackage');
    const members = objects.filter(({ name }) => name === 'Association');
    expect(members.map(({ attributes }) => Object.fromEntries(attributes))).toEqual(
      idsOf('ExtrinsicObject').map(entry =>
        expect.objectContaining({
          associationType: 'urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember',
          sourceObject: set,
          targetObject: entry,
        }),
      ),
    );
    for (const member of members) {
      expect(attribute(at(member, 'Slot'), 'name')).toBe('SubmissionSetStatus');
      expect(at(member, 'Slot/ValueList/Value')?.text).toBe('Original');
    }
  });

  it('describes the submission', async () => {
    const [set] = await registryObjects({ patientClass: 'I', author: SENDER });
    const parts = (name: string) => (set === undefined ? [] : childrenOf(set, name));
    const identifiers = parts('ExternalIdentifier').map(identifier => [
      attribute(at(identifier, 'Name/LocalizedString'), 'value'),
      attribute(identifier, 'value'),
    ]);
    expect(identifiers).toEqual([
      [
        'XDSSubmissionSet.patientId',
        expect.stringMatching(/^\d{15}\^\^\^&1\.2\.250\.1\.213\.1\.4\.10&ISO\^NH$/),
      ],
      ['XDSSubmissionSet.sourceId', '1.2.250.1.71.4.2.2.1120456789'],
      ['XDSSubmissionSet.uniqueId', expect.stringMatching(/^2\.25\.\d+$/)],
    ]);
    expect(at(set, 'Slot/ValueList/Value')?.text).toBe('20261120083041');
    const codes = parts('Classification').map(each => attribute(each, 'nodeRepresentation'));
    expect(codes).toEqual([undefined, '03', undefined]);
  });

  it.each<[string, RequestSender | undefined, readonly string[]]>([
    [
      'no PRT SB: with the author’s institution',
      undefined,
      ['Laboratoire des Embruns^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1290000999'],
    ],
    [
      'one that names an organisation alone: with that organisation',
      { ...SENDER, person: undefined },
      SUBMITTED_BY.institutions,
    ],
  ])('takes the document’s first author for %s', async (_, author, institutions) => {
    const [read] = readXdm(await buildXdm(input({ author })), LIMITS).documents;
    expect(read?.submission.authors).toEqual([
      { person: '810009990017^KERVELLA^Yann^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS', institutions },
    ]);
  });

  it('needs a document', async () => {
    await expect(buildXdm(input({ documents: [] }))).rejects.toThrow('one document');
  });
});

const ODD = [
  '^',
  '&',
  '~',
  '|',
  '\\',
  '<',
  '>',
  '"',
  "'",
  '&amp;',
  ']]>',
  '\\S\\',
  '\0',
  '\r',
  '\n',
  '\t',
  '\x0b',
  '\x1b',
  '\x85',
  'É',
  '😀',
  'a',
  '\uFFFE',
  '\uD800',
];

describe('names with any character', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 25 }),
    fc.string({
      unit: fc.constantFrom(...ODD),
    }),
  );
  /** What an escape makes of it: line ends are one, what no XML text may hold is U+FFFD. */
  const shown = (value: string) =>
    value
      .replaceAll(/\r\n|[\r\n\u0085\u2028\u2029]/g, '\n')
      .toWellFormed()
      .replaceAll(/[\uFFFE\uFFFF]/g, '\uFFFD');
  const base = document();
  const header = readCdaHeader(base.bytes);

  it('come back as they were, and break no file', async () => {
    await fc.assert(
      fc.asyncProperty(text, text, text, async (family, given, name) => {
        fc.pre([family, given, name].every(value => value !== ''));
        const patient = {
          ...header.patient,
          families: [{ value: family, qualifier: 'BR' }],
          givens: [{ value: given, qualifier: 'BR' }],
        };
        const metadata = documentMetadata(
          { bytes: base.bytes, header: { ...header, patient, title: name } },
          { action: 'add', restrictions: OPEN },
        );
        const author = {
          person: ['77', family, given],
          organization: { name, id: '120456789', type: 'FINEG', authority: undefined },
          device: undefined,
        };
        const archive = await buildXdm(
          input({
            documents: [{ ...base, metadata }],
            author,
            source: {
              establishment: { name, structureId: given, address: family, phone: given },
              product: { name, version: given, vendor: family },
            },
          }),
        );
        const [read] = readXdm(archive, LIMITS).documents;
        expect(Buffer.from(read?.bytes ?? []).equals(base.bytes)).toBe(true);
        const [line = ''] = read?.entry.sourcePatientInfo ?? [];
        const parts = line
          .slice('PID-5|'.length)
          .split('^')
          .map(part => unescapeValue(part));
        expect(parts.slice(0, 2)).toEqual([family, given].map(shown));
        const [submitter] = read?.submission.authors ?? [];
        const components = submitter?.person?.split('^').map(part => unescapeValue(part)) ?? [];
        expect(components.slice(0, 3)).toEqual(['77', ...[family, given].map(value => shown(value.trim()))]);
        const [institution = ''] = submitter?.institutions ?? [];
        expect(unescapeValue(institution.split('^')[0] ?? '')).toBe(shown(name.trim()));
      }),
      { numRuns: 60 },
    );
  });
});
