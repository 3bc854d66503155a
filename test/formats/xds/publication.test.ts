import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CdaSample, cdaSample, PATIENTS, type SampleId } from '../../../samples/kit/cda.ts';
import { readCdaHeader } from '../../../src/formats/cda/read-header.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { preparePublication, type PublicationInput } from '../../../src/formats/xds/publication.ts';
import { AFTER_NORMAL, confidential, LEVELS, VISIBILITY } from '../../kit/confidentiality.ts';
import { codeOf, thrownBy } from '../cda/thrown-by.ts';
import { deletion, deposit, publicationInput, requestDocument, uniqueId, uuid } from './publication-kit.ts';

const REAL_NIR = '1.2.250.1.213.1.4.8';
const REAL_NIA = '1.2.250.1.213.1.4.9';
const DEMONSTRATION = '1.2.250.1.213.1.4.11';

/** Claire Morvan as another authority of the INS knows her. */
const known = (root: string): Partial<CdaSample> => ({
  patient: {
    ...PATIENTS.morvan,
    identifiers: PATIENTS.morvan.identifiers.map((id, place) => (place === 0 ? { ...id, root } : id)),
  },
});
const confidentialDocument = (elements: string) => {
  const bytes = confidential(elements);
  return { bytes, header: readCdaHeader(bytes) };
};
const withConfidentiality = (code: string, system: string | undefined = LEVELS) =>
  confidentialDocument(
    `<confidentialityCode code="${code}"${system === undefined ? '' : ` codeSystem="${system}"`}/>`,
  );
const prepared = (changes: Partial<PublicationInput>) => preparePublication(publicationInput(changes));
const preparedOf = (sample: Partial<CdaSample>, changes: Partial<PublicationInput> = {}) =>
  prepared({ documents: [requestDocument(sample)], ...changes });

describe('preparePublication', () => {
  it('is plain data, and always the same of the same input', () => {
    const documents = [requestDocument(), requestDocument({ id: { root: '1.2.3' }, level: 1 })];
    for (const action of ['add', 'delete'] as const) {
      const made = prepared({ documents, action });
      expect(JSON.parse(JSON.stringify(made))).toEqual(made);
      expect(prepared({ documents, action })).toEqual(made);
    }
  });

  it('says what is submitted, by whom, of whom and when', () => {
    expect(deposit()).toMatchObject({
      action: 'add',
      setId: `urn:uuid:${uuid(2)}`,
      setUniqueId: uniqueId(3),
      submissionTime: '20261120083041',
      sourceId: '1.2.250.1.999.8',
      patientId: `${PATIENTS.morvan.identifiers[0]?.extension}^^^&1.2.250.1.213.1.4.10&ISO^NH`,
      contentTypeCode: { code: '03', system: '1.2.250.1.213.2.2' },
      author: {
        person: '801234567866^DIAZ^Thierry^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
        institution: 'CHU X^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1120456789',
      },
    });
  });

  it.each([
    ['I', '03'],
    ['O', '07'],
    ['R', '19'],
    ['N', '97'],
    ['E', '07'],
  ] as const)('a stay of class %s is an activity of code %s', (patientClass, code) => {
    expect(deposit({ patientClass }).contentTypeCode.code).toBe(code);
  });

  it('describes the exact bytes', () => {
    const document = requestDocument({ encoding: 'utf-16le', bom: true });
    const [published] = deposit({ documents: [document] }).documents;
    expect(published).toMatchObject({
      hash: createHash('sha1').update(document.bytes).digest('hex'),
      size: document.bytes.byteLength,
    });
  });

  it.each<[string, Partial<CdaSample>, object]>([
    ['a structured document', {}, { mimeType: 'text/xml', formatCode: { code: 'urn:ihe:lab:xd-lab:2008' } }],
    ['a PDF', { level: 1 }, { mimeType: 'text/xml', formatCode: { code: 'urn:ihe:iti:xds-sd:pdf:2008' } }],
    ['a document in its style sheet', { selfPresenting: true }, { mimeType: 'application/xslt+xml' }],
    [
      'a type that ASS_X16 lacks',
      { code: '34120-6', display: 'Document' },
      { classCode: { code: '10', system: '1.2.250.1.213.1.1.4.1' } },
    ],
  ])('of %s, says its kind', (_, sample, expected) => {
    expect(deposit({ documents: [requestDocument(sample)] }).documents[0]).toMatchObject(expected);
  });

  it('calls a sector what the DMP calls it', () => {
    const document = requestDocument();
    const { encounter } = document.header;
    if (encounter === undefined) throw new Error('no encounter');
    const facility = { code: 'SA63', system: '1.2.250.1.71.4.2.4', display: 'CPTS' };
    const changed = { ...document, header: { ...document.header, encounter: { ...encounter, facility } } };
    const [published] = deposit({ documents: [changed] }).documents;
    expect(published?.healthcareFacilityTypeCode.display).toBe(
      'Communauté Professionnelle Territoriale de Santé',
    );
  });

  it('hides what is to be hidden', () => {
    const restrictions = { masquePs: true, invisiblePatient: true, invisibleRepLegaux: true };
    const [published] = deposit({ restrictions }).documents;
    expect(published?.confidentialityCodes.map(({ code }) => code)).toEqual([
      'N',
      'MASQUE_PS',
      'INVISIBLE_PATIENT',
      'INVISIBLE_REPRESENTANTS_LEGAUX',
    ]);
  });
});

describe('a document that hides itself', () => {
  it.each(['second', 'translation'] as const)('by a %s code is deposited hidden', where => {
    const documents = [confidentialDocument(AFTER_NORMAL[where]('MASQUE_PS'))];
    const [published] = deposit({ documents }).documents;
    expect(published?.confidentialityCodes).toEqual([
      { code: 'N', system: LEVELS, display: 'Normal' },
      { code: 'MASQUE_PS', system: VISIBILITY, display: 'Masqué aux professionnels de santé' },
    ]);
  });
});

describe('the author of a submission', () => {
  const { sender } = publicationInput();

  it('is of the structure that the VIHF names, however the message types it', () => {
    const organization = { name: ' ', id: '120456789', type: undefined, authority: undefined };
    const { author } = deposit({ sender: sender && { ...sender, organization } });
    expect(author.institution).toBe('CHU X, siège^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1120456789');
  });

  it('has the speciality that the document gives to the same person', () => {
    const person = '810009990017^KERVELLA^Yann^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS'.split('^');
    const { author } = deposit({ sender: sender && { ...sender, person } });
    expect(author.specialty).toBe('G15_10/SM03^Médecin - Biologie médicale (SM)^1.2.250.1.213.1.1.4.5');
  });

  it('has none where another wrote it, nor where neither has a number', () => {
    expect(deposit().author).not.toHaveProperty('specialty');
    const person = ['', 'KERVELLA'];
    expect(deposit({ sender: sender && { ...sender, person } }).author).not.toHaveProperty('specialty');
  });

  it('is the document’s where an organisation alone asks', () => {
    const { author } = deposit({ sender: sender && { ...sender, person: undefined } });
    expect(author).toEqual({
      person: '810009990017^KERVELLA^Yann^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
      institution: 'CHU X^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1120456789',
      specialty: 'G15_10/SM03^Médecin - Biologie médicale (SM)^1.2.250.1.213.1.1.4.5',
    });
  });
});

describe('the signature', () => {
  it('is of the set and of each document, by its digest', () => {
    const documents = [requestDocument(), requestDocument({ id: { root: '1.2.3' }, level: 1 })];
    const signing = { ...publicationInput().signing, digest: 'sha256' as const };
    const time = new Date('2026-11-20T08:30:41.900Z');
    const publication = deposit({ documents, signing, time });
    const lot: unknown = JSON.parse(/\{.*\}/.exec(publication.signature.xml)?.[0] ?? '');
    expect(lot).toEqual({
      id: expect.stringMatching(/^signature-[\da-f-]{36}$/),
      setUniqueId: publication.setUniqueId,
      documents: documents.map(({ bytes, header }) => ({
        uniqueId: header.id.root,
        digest: `sha256 of ${bytes.byteLength} bytes`,
      })),
      time: time.toISOString(),
      digest: 'sha256',
    });
  });

  it('passes on why it cannot be made', () => {
    const signSubmission = () => {
      throw new GatewayError('DMP-020');
    };
    const { signing } = publicationInput();
    expect(codeOf(() => prepared({ signing: { ...signing, signSubmission } }))).toBe('DMP-020');
  });
});

describe('a replacement', () => {
  const replacing = (root: string, extension?: string) => requestDocument({ replaces: { root, extension } });

  it('names the document that it replaces', () => {
    const documents = [
      replacing('1.2.4.1'),
      requestDocument({ id: { root: '1.2.3' }, level: 1, replaces: { root: '1.2.4.2' } }),
    ];
    const publication = deposit({ documents, action: 'replace' });
    expect(publication.action).toBe('replace');
    expect(publication.documents.map(({ replaces }) => replaces)).toEqual(['1.2.4.1', '1.2.4.2']);
  });

  it('names none where it is deposited as new', () => {
    const publication = deposit({ documents: [replacing('1.2.4.1')] });
    expect(publication.documents[0]).not.toHaveProperty('replaces');
  });

  it('never names itself', () => {
    const document = requestDocument();
    const replaces = [document.header.id, { root: '1.2.4.1', extension: undefined }];
    const changed = { ...document, header: { ...document.header, replaces } };
    expect(deposit({ documents: [changed], action: 'replace' }).documents[0]?.replaces).toBe('1.2.4.1');
    const lost = { ...document, header: { ...document.header, replaces: [document.header.id] } };
    expect(codeOf(() => prepared({ documents: [lost], action: 'replace' }))).toBe('DMP-017');
  });

  it('of a document that the DMP cannot hold is DMP-008', () => {
    expect(codeOf(() => prepared({ documents: [replacing('1.2.4.1', '7')], action: 'replace' }))).toBe(
      'DMP-008',
    );
  });
});

describe('a replacement of several documents', () => {
  const OWN = cdaSample().id;
  const replacing = (...replaces: readonly SampleId[]) => {
    const document = requestDocument();
    const parents = replaces.map(({ root, extension }) => ({ root, extension }));
    return prepared({
      documents: [{ ...document, header: { ...document.header, replaces: parents } }],
      action: 'replace',
    });
  };

  it.each<[string, string, readonly SampleId[]]>([
    ['DMP-017', 'two', [{ root: '1.2.4.1' }, { root: '1.2.4.2' }]],
    ['DMP-017', 'two and itself', [OWN, { root: '1.2.4.1' }, { root: '1.2.4.2' }]],
    [
      'DMP-017',
      'one that the DMP can hold, and another',
      [{ root: '1.2.4.1', extension: '7' }, { root: '1.2.4.1' }],
    ],
    [
      'DMP-008',
      'none that the DMP can hold',
      [
        { root: '1.2.4.1', extension: '7' },
        { root: '1.2.4.1', extension: '8' },
      ],
    ],
    ['none', 'the same twice', [{ root: '1.2.4.1' }, { root: '1.2.4.1' }]],
    ['none', 'one and itself', [{ root: '1.2.4.1' }, OWN]],
  ])('%s: %s', (code, _, replaces) => {
    expect(codeOf(() => replacing(...replaces))).toBe(code);
  });

  it('says so to the person who decides', () => {
    const { fault } = thrownBy(() => replacing({ root: '1.2.4.1' }, { root: '1.2.4.2' }));
    expect(fault).toEqual({
      code: 'DMP-017',
      detail:
        'Le document dit en remplacer plusieurs (relatedDocument RPLC) : il ne peut en remplacer qu’un.',
      fields: { document: 1 },
    });
  });
});

describe('a deletion', () => {
  it('is a submission set for each document, and nothing else', () => {
    const documents = [requestDocument(), requestDocument({ id: { root: '1.2.3' }, level: 1 })];
    const publication = deletion({ documents });
    expect(publication.documents).toEqual([
      {
        uniqueId: '1.2.250.1.999.1.1.2026.1.1',
        setId: `urn:uuid:${uuid(1)}`,
        setUniqueId: uniqueId(2),
      },
      { uniqueId: '1.2.3', setId: `urn:uuid:${uuid(3)}`, setUniqueId: uniqueId(4) },
    ]);
    expect(publication).not.toHaveProperty('signature');
  });

  it('is not kept back by what keeps a deposit back', () => {
    const documents = [withConfidentiality('R')];
    expect(codeOf(() => prepared({ documents, maxBytes: 1, action: 'delete' }))).toBe('none');
  });
});

describe('a fault found before sending', () => {
  const production = { environment: 'production' } as const;

  it.each<[string, string, () => unknown]>([
    ['none', 'a report', () => prepared({})],
    ['DMP-009', 'a type outside JDV_J66', () => preparedOf({ code: '56446-8', display: 'Rendez-vous' })],
    ['DMP-010', 'an id with an extension', () => preparedOf({ id: { root: '1.2.3', extension: '4' } })],
    ['DMP-010', 'a UUID as id', () => preparedOf({ id: { root: uuid(1) } })],
    ['DMP-010', 'an id that XDS has no room for', () => preparedOf({ id: { root: `1.${'2'.repeat(63)}` } })],
    [
      'DMP-010',
      'a deletion of an id with an extension',
      () => preparedOf({ id: { root: '1.2.3', extension: '4' } }, { action: 'delete' }),
    ],
    ['DMP-011', 'a restricted document', () => preparedOf({ confidentiality: 'R' })],
    ['DMP-011', 'a very restricted document', () => preparedOf({ confidentiality: 'V' })],
    ['DMP-011', 'the same in small letters', () => prepared({ documents: [withConfidentiality('r')] })],
    ['DMP-012', 'an identity that is not qualified', () => prepared({ qualified: false })],
    ['DMP-012', 'no INS', () => preparedOf({ patient: PATIENTS.lenoir })],
    [
      'DMP-012',
      'no INS in one of two documents',
      () =>
        prepared({
          documents: [
            requestDocument(),
            requestDocument({ id: { root: '1.2.3' }, patient: PATIENTS.lenoir }),
          ],
        }),
    ],
    ['DMP-013', 'an INS for tests, in production', () => prepared(production)],
    ['DMP-013', 'one for demonstrations', () => preparedOf(known(DEMONSTRATION), production)],
    ['DMP-013', 'the same to delete', () => prepared({ ...production, action: 'delete' })],
    ['none', 'an INS-NIR, in production', () => preparedOf(known(REAL_NIR), production)],
    ['none', 'an INS-NIA, in production', () => preparedOf(known(REAL_NIA), production)],
    ['DMP-014', 'a document over the limit', () => prepared({ maxBytes: 100 })],
    ['none', 'a document at the limit', () => prepared({ maxBytes: requestDocument().bytes.byteLength })],
    [
      'DMP-014',
      'the second over the limit',
      () => {
        const [small, large] = [requestDocument(), requestDocument({ id: { root: '1.2.3' }, level: 1 })];
        const sizes = [small.bytes.byteLength, large.bytes.byteLength].toSorted((a, b) => a - b);
        return prepared({ documents: [small, large], maxBytes: sizes[0] ?? 0 });
      },
    ],
  ])('%s: %s', (code, _, run) => {
    expect(codeOf(run)).toBe(code);
  });

  it.each<[string, string]>([
    ['DMP-011', AFTER_NORMAL.second('R')],
    ['DMP-011', AFTER_NORMAL.second(' v ')],
    ['DMP-011', AFTER_NORMAL.translation('R')],
    // The schema of levels has more than JDV_J58, above and below the normal one: N alone is deposited.
    ...['S', 'L', 'U', 'M', 'HIV', 'toString'].map((code): [string, string] => [
      'DMP-011',
      AFTER_NORMAL.second(code),
    ]),
    ['DMP-011', AFTER_NORMAL.translation('S')],
    ['DMP-011', AFTER_NORMAL.translation('R" codeSystem="1.2.250.1.999.5')],
    ['DMP-011', `<confidentialityCode code="S" codeSystem="${LEVELS}"/>`],
    ['DMP-011', `<confidentialityCode code="MASQUE_PS"/><confidentialityCode code="R"/>`],
    ['none', AFTER_NORMAL.second('n')],
    ['none', AFTER_NORMAL.translation('N')],
    ['none', AFTER_NORMAL.translation('STANDARD" codeSystem="1.2.250.1.999.5')],
    ['none', AFTER_NORMAL.second('invisible_ rep_legaux')],
    ['none', `<confidentialityCode code="MASQUE_PS" codeSystem="${VISIBILITY}"/>`],
  ])('%s: a confidentiality of %s', (code, elements) => {
    const documents = [confidentialDocument(elements)];
    expect(codeOf(() => prepared({ documents }))).toBe(code);
    expect(codeOf(() => prepared({ documents, action: 'delete' }))).toBe('none');
  });

  it('is told without a word of the patient', () => {
    const { fault } = thrownBy(() => prepared({ maxBytes: 100 }));
    expect(fault).toEqual({
      code: 'DMP-014',
      fields: { document: 1, size: requestDocument().bytes.byteLength, limit: 100 },
    });
  });

  it('costs no canonical form', () => {
    const signing = {
      ...publicationInput().signing,
      canonicalDigest: () => {
        throw new Error('never asked');
      },
    };
    expect(codeOf(() => prepared({ maxBytes: 100, signing }))).toBe('DMP-014');
  });
});
