import { describe, expect, it } from 'vitest';
import { getDocuments } from '../../../src/formats/xds/find-document.ts';
import { parseXml } from '../../../src/formats/xml/element.ts';

const QUERY = 'urn:oasis:names:tc:ebxml-regrep:xsd:query:3.0';
const RIM = 'urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0';

describe('getDocuments', () => {
  it('asks for references to the entries of a uniqueId', () => {
    const request = parseXml(getDocuments('1.2.250.1.999.1'));
    const [option, query] = request.children;
    expect([request.namespace, request.name]).toEqual([QUERY, 'AdhocQueryRequest']);
    expect([option?.namespace, option?.name]).toEqual([QUERY, 'ResponseOption']);
    expect(option?.attributes.get('returnType')).toBe('ObjectRef');
    expect([query?.namespace, query?.name]).toEqual([RIM, 'AdhocQuery']);
    expect(query?.attributes.get('id')).toBe('urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4');
    expect(query?.children.map(({ attributes }) => attributes.get('name'))).toEqual([
      '$XDSDocumentEntryUniqueId',
    ]);
    expect(valueIn('1.2.250.1.999.1')).toBe("('1.2.250.1.999.1')");
  });

  it.each([
    ["1.2') or ('", "('1.2'') or (''')"],
    ['1.2^<&>', "('1.2^<&>')"],
  ])('asks for %j and nothing else', (uniqueId, literal) => {
    expect(valueIn(uniqueId)).toBe(literal);
  });
});

function valueIn(uniqueId: string): string | undefined {
  const [, query] = parseXml(getDocuments(uniqueId)).children;
  return query?.children[0]?.children[0]?.children[0]?.text;
}
