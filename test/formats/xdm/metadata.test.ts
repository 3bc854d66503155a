import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { type ArchiveDocument, archiveMembers } from '../../../samples/kit/archive.ts';
import { cdaSample, PATIENTS } from '../../../samples/kit/cda.ts';
import { GatewayError } from '../../../src/errors/gateway-error.ts';
import { readMetadata } from '../../../src/formats/xdm/metadata.ts';
import type { DocumentEntry, Submission } from '../../../src/formats/xdm/types.ts';

/** A good METADATA.XML, as text. */
function metadata(...documents: readonly ArchiveDocument[]): string {
  const given = documents.length === 0 ? [{ sample: cdaSample() }] : documents;
  const found = archiveMembers({ documents: given }).find(({ name }) => name.endsWith('/METADATA.XML'));
  return String(found?.bytes);
}

function read(xml: string | Buffer): Submission[] {
  return readMetadata(Buffer.from(xml));
}

function codeOf(xml: string | Buffer): string | undefined {
  try {
    read(xml);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown.code;
    throw thrown;
  }
}

function uniqueIds(xml: string): (string | undefined)[][] {
  return read(xml).map(({ documents }) => documents.map(({ uniqueId }) => uniqueId));
}

/** A document's entry with one more slot. */
function withSlot(name: string, ...values: readonly string[]): DocumentEntry | undefined {
  const list = values.map(value => `<rim:Value>${value}</rim:Value>`).join('');
  const xml = metadata({ sample: cdaSample(), uri: null, size: null }).replace(
    '<rim:Slot name="hash">',
    `<rim:Slot name="${name}"><rim:ValueList>${list}</rim:ValueList></rim:Slot><rim:Slot name="hash">`,
  );
  return read(xml)[0]?.documents[0];
}

describe('a METADATA.XML', () => {
  it('says of a document what the gateway needs', () => {
    const [submission] = read(
      metadata({
        sample: cdaSample({ patient: PATIENTS.dartagnan, id: { root: '1.2.3', extension: 'A-1' } }),
        action: ' c ',
        masks: ['MASQUE_PS'],
        hash: '0123456789ABCDEF0123456789abcdef01234567',
        size: 4711,
      }),
    );
    expect(submission?.documents).toEqual([
      {
        uniqueId: '1.2.3^A-1',
        uri: 'DOC0001.XML',
        hash: '0123456789abcdef0123456789abcdef01234567',
        size: 4711,
        actionSlot: 'C',
        patientId: '157126544001731^^^&1.2.250.1.213.1.4.10&ISO^NH',
        sourcePatientId: '8000456^^^&1.2.250.1.999.1.2&ISO^PI',
        sourcePatientInfo: expect.arrayContaining([expect.stringMatching(/^PID-7\|\d{8}$/)]),
        typeCode: { code: '11502-2', system: '2.16.840.1.113883.6.1', display: "CR d'examens biologiques" },
        confidentialityCodes: [
          { code: 'N', system: '2.16.840.1.113883.5.25', display: 'Confidentialité' },
          {
            code: 'MASQUE_PS',
            system: '1.2.250.1.213.1.1.4.13',
            display: 'Masqué aux professionnels de santé',
          },
        ],
      },
    ]);
  });

  it('says who sent the submission', () => {
    const [submission, another] = read(metadata());
    expect(another).toBeUndefined();
    expect(submission).toMatchObject({
      patientId: expect.stringContaining('&1.2.250.1.213.1.4.10&ISO^NH'),
      authors: [
        {
          person: '810009990017^KERVELLA^Yann^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS',
          institutions: ['Laboratoire des Embruns^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1290000999'],
        },
      ],
    });
  });

  it('leaves out what is not there', () => {
    const xml = metadata({
      sample: cdaSample(),
      uri: null,
      hash: null,
      size: null,
      uniqueId: null,
      patientId: null,
    });
    expect(read(xml)[0]?.documents[0]).toMatchObject({
      uri: undefined,
      hash: undefined,
      size: undefined,
      uniqueId: undefined,
      patientId: undefined,
      actionSlot: undefined,
    });
  });
});

/** Quirks X2, X3, X4 and X13: what each file says stays what the good one says. */
describe('a defective METADATA.XML is still read', () => {
  const good = metadata(
    { sample: cdaSample(), action: 'D' },
    { sample: cdaSample({ id: { root: '1.2.3' } }) },
  );
  const LCM = 'urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0';
  const RIM = 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0';
  const defects: readonly (readonly [string, string | Buffer])[] = [
    ['a byte-order mark', `\uFEFF${good}`],
    ['leading blanks and no declaration', `   \r\n${good.replace(/<\?xml.*?\?>\s*/, '')}`],
    ['leading blanks before the declaration', `  ${good}`],
    ['UTF-16', Buffer.from(`\uFEFF${good.replace('UTF-8', 'UTF-16')}`, 'utf16le')],
    [
      'other prefixes',
      good
        .replaceAll('rim:', 'ns2:')
        .replaceAll(':rim=', ':ns2=')
        .replaceAll('lcm:', 'ns5:')
        .replaceAll(':lcm=', ':ns5=')
        .replaceAll('xsd:ns2:', 'xsd:rim:')
        .replaceAll('xsd:ns5:', 'xsd:lcm:'),
    ],
    [
      'the default namespace',
      good
        .replaceAll('<rim:', '<')
        .replaceAll('</rim:', '</')
        .replace('<RegistryObjectList>', `<RegistryObjectList xmlns="${RIM}">`),
    ],
    [
      'ebXML 2.1',
      good
        .replaceAll('rim:RegistryObjectList', 'rim:LeafRegistryObjectList')
        .replace(LCM, 'urn:oasis:names:tc:ebxml-regrep:registry:xsd:2.1')
        .replace(RIM, 'urn:oasis:names:tc:ebxml-regrep:rim:xsd:2.1')
        .replaceAll('urn:oasis:names:tc:ebxml-regrep:AssociationType:HasMember', 'HasMember'),
    ],
    ['ampersands escaped twice', good.replaceAll('&amp;', '&amp;amp;')],
    ['ampersands escaped three times', good.replaceAll('&amp;', '&amp;amp;amp;')],
    ['urn:uuid: repeated', good.replaceAll('"urn:uuid:', '"urn:uuid:urn:uuid:')],
    [
      'scheme UUIDs in capitals',
      good.replaceAll(
        /(Scheme="urn:uuid:)([^"]+)/g,
        (_, head: string, uuid: string) => head + uuid.toUpperCase(),
      ),
    ],
    [
      'Name before Slot',
      good.replaceAll(/(<rim:Slot name="codingScheme">.*?<\/rim:Slot>)(<rim:Name>.*?<\/rim:Name>)/g, '$2$1'),
    ],
    [
      'wrong classifiedObject and registryObject',
      good.replaceAll(/(classifiedObject|registryObject)="[^"]*"/g, '$1="urn:uuid:b576aac4"'),
    ],
    ['wrong names of identifiers', good.replaceAll('XDSDocumentEntry.', 'XDSSumission.')],
    ['no associations', good.replaceAll(/<rim:Association[\s\S]*?<\/rim:Association>/g, '')],
    [
      'Description and comments',
      good.replaceAll(
        '</rim:Name>',
        '</rim:Name><!-- & --><rim:Description><rim:LocalizedString value=""/></rim:Description>',
      ),
    ],
    ['a style sheet', good.replace('?>', '?><?xml-stylesheet href="file:///etc/passwd"?>')],
    [
      'a folder',
      good.replace(
        '</rim:RegistryObjectList>',
        '<rim:RegistryPackage id="f"><rim:ExternalIdentifier identificationScheme="urn:uuid:75df8f67-9973-4fbe-a900-df66cefecc5a" value="1.2"/></rim:RegistryPackage></rim:RegistryObjectList>',
      ),
    ],
  ];

  it.each(defects)('with %s', (_, xml) => {
    expect(xml).not.toBe(good);
    expect(read(xml)).toEqual(read(good));
  });

  it('with no submission set', () => {
    const xml = good.replaceAll(/<rim:RegistryPackage[\s\S]*?<\/rim:RegistryPackage>/g, '');
    const [only] = read(xml);
    expect(only).toMatchObject({ patientId: undefined, authors: [] });
    expect(only?.documents).toEqual(read(good)[0]?.documents);
  });

  it('with an id that is no UUID', () => {
    const id = /ExtrinsicObject id="([^"]+)"/.exec(good)?.[1] ?? '';
    expect(read(good.replaceAll(id, 'theDocument'))).toEqual(read(good));
  });
});

describe('several submission sets in one METADATA.XML', () => {
  const two = (() => {
    const [first, second] = archiveMembers({
      subsets: [
        { documents: [{ sample: cdaSample() }, { sample: cdaSample({ id: { root: '1.2.3' } }) }] },
        { documents: [{ sample: cdaSample({ id: { root: '1.2.4' } }) }] },
      ],
    })
      .filter(({ name }) => name.endsWith('/METADATA.XML'))
      .map(({ bytes }) => String(bytes));
    const body = /<rim:RegistryObjectList>([\s\S]*)<\/rim:RegistryObjectList>/.exec(second ?? '')?.[1] ?? '';
    return (first ?? '').replace('</rim:RegistryObjectList>', `${body}</rim:RegistryObjectList>`);
  })();
  it('have the documents that HasMember gives them', () => {
    expect(uniqueIds(two)).toEqual([['1.2.250.1.999.1.1.2026.1.1', '1.2.3'], ['1.2.4']]);
  });

  it('lose no document without an association', () => {
    const xml = two.replaceAll(/<rim:Association[\s\S]*?<\/rim:Association>/g, '');
    expect(uniqueIds(xml)).toEqual([['1.2.250.1.999.1.1.2026.1.1', '1.2.3', '1.2.4'], []]);
  });
});

describe('slots', () => {
  it.each([
    [['C'], 'C'],
    [[' d\n'], 'D'],
    [['X'], 'X'],
    [[], ''],
    [[''], ''],
    [['C', 'D'], 'C,D'],
  ])('the action of %j is %j', (values, expected) => {
    expect(withSlot('urn:action:extraMetadataSlot', ...values)?.actionSlot).toBe(expected);
  });

  it('a long URI comes in pieces, in any order', () => {
    expect(withSlot('URI', '2|/DOC.XML', '1|LONG')?.uri).toBe('LONG/DOC.XML');
    expect(withSlot('URI', 'DOC|1.XML')?.uri).toBe('DOC|1.XML');
  });

  it('a size that is no number is no absent size', () => {
    expect(withSlot('size', '12 ko')?.size).toBeNaN();
    expect(withSlot('size', '0012')?.size).toBe(12);
    expect(withSlot('size', '')?.size).toBeUndefined();
  });
});

describe('a METADATA.XML that is refused', () => {
  const good = metadata();
  it.each([
    ['empty', 'XDM-009', ''],
    ['blank', 'XDM-009', '  \r\n'],
    ['cut', 'XDM-009', good.slice(0, good.length >> 1)],
    ['crossed tags', 'XDM-009', '<a><b></a></b>'],
    ['no ebXML', 'XDM-009', '<RegistryObjectList xmlns="urn:example"/>'],
    ['an undeclared prefix', 'XDM-009', good.replace(/xmlns:rim="[^"]*"/, '')],
    ['an undeclared entity', 'XDM-009', good.replace('CR structuré', '&eacute;')],
    ['bytes that are no UTF-8', 'XDM-009', Buffer.from(good, 'latin1')],
    ['an encoding that is unknown', 'XDM-009', good.replace('UTF-8', 'EBCDIC')],
    ['elements 10 000 deep', 'XDM-009', '<a>'.repeat(10_000) + '</a>'.repeat(10_000)],
    ['a DOCTYPE', 'XDM-010', good.replace('?>', '?><!DOCTYPE a SYSTEM "file:///etc/passwd">')],
    [
      'an entity bomb',
      'XDM-010',
      `<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>${good.replace(/<\?xml.*?\?>/, '')}`,
    ],
    ['5 MB', 'XDM-006', good.padEnd(5 * 1024 * 1024)],
  ])('%s is %s', (_, code, xml) => {
    expect(codeOf(xml)).toBe(code);
  });

  it('is not quoted in the error', () => {
    const thrown = (() => {
      try {
        return read(good.replace('</rim:Name>', '</rim:MORVAN>'));
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(GatewayError);
    const error = thrown as GatewayError;
    expect(`${error.stack} ${String(error.cause)} ${JSON.stringify(error.fault)}`).not.toContain('MORVAN');
  });

  it.each([
    ['packages', (i: number) => `<RegistryPackage id="${i}"/><ExtrinsicObject id="${i}"/>`],
    ['slots', () => '<Slot name="a"><ValueList><Value>x</Value></ValueList></Slot>'],
    ['ampersands', () => '&amp;amp;'],
    ['namespaces', (i: number) => `<a xmlns:n${i}="u"/>`],
  ])('is read in linear time when it is full of %s', (_, piece) => {
    let xml = '<RegistryObjectList xmlns="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">';
    for (let i = 0; xml.length < 2_000_000; i++) xml += piece(i);
    const start = performance.now();
    codeOf(`${xml}</RegistryObjectList>`);
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
