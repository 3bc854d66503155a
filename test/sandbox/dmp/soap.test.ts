import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dmp, startDmp } from '../../../src/sandbox/dmp.ts';
import { ORG } from '../../kit/dmp-identity.ts';
import { type Breaks, queryRequest, swap, type WireRequest } from '../../kit/dmp-request.ts';
import { answered, fault, SUCCESS } from './answered.ts';

const UNIQUE_ID = '1.2.250.1.999.1.1.7.1';
const query = (breaks: Breaks = {}): WireRequest => queryRequest([UNIQUE_ID], breaks);

/** Each entity ten of the one before: libxml2 would expand them in the attribute. */
const LAUGHS =
  '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' +
  Array.from({ length: 9 }, (_, at) => `<!ENTITY a${at} "${`&a${at || ''};`.repeat(10)}">`).join('') +
  ']>';

let dmp: Dmp;

beforeAll(async () => {
  dmp = await startDmp({ trusted: ORG.trusted });
});
afterAll(() => dmp.stop());

it('as they should be', async () => {
  expect(await answered(dmp, query())).toEqual(SUCCESS);
  const withoutPrefix = (text: string): string => text.replaceAll('soap:mustUnderstand', 'mustUnderstand');
  expect(await answered(dmp, query({ envelope: withoutPrefix }))).toEqual(SUCCESS);
});

const remove = (name: string): ((text: string) => string) =>
  swap(new RegExp(`<${name} [^>]*(/>|>.*?</${name}>)`, 's'), '');
it.each<[string, Breaks, string, RegExp]>([
  [
    'SOAP 1.1',
    { envelope: swap('www.w3.org/2003/05/soap-envelope', 'schemas.xmlsoap.org/soap/envelope/') },
    '',
    /SOAP 1\.2/,
  ],
  ['no Header', { envelope: swap(/<soap:Header>.*<\/soap:Header>/s, '') }, '', /Header and a Body/],
  ['cut XML', { envelope: swap('</soap:Envelope>', '') }, '', /not XML/],
  ['a DTD', { envelope: swap('?>', '?><!-- x --><?x?><!DOCTYPE x>') }, '', /not XML/],
  ['entities', { envelope: swap('?>', `?>${LAUGHS}`) }, '', /not XML/],
  ['a prologue without end', { envelope: swap('?>', `?>${'<!-- -->'.repeat(9000)}`) }, '', /not XML/],
  ['UTF-16', { mime: body => Buffer.from(body.toString('utf8'), 'utf16le') }, '', /not XML/],
  ['over 1 MiB', { envelope: text => text + ' '.repeat(1024 * 1024) }, '', /1 MiB/],
  [
    'an element with many attributes',
    {
      envelope: swap(
        '<soap:Body',
        `<soap:Body${Array.from({ length: 501 }, (_, at) => ` a${at}=""`).join('')}`,
      ),
    },
    '',
    /not XML/,
  ],
  [
    'many namespaces',
    {
      envelope: swap(
        '<soap:Body',
        `<soap:Body${Array.from({ length: 201 }, (_, at) => ` xmlns:a${at}="a:"`).join('')}`,
      ),
    },
    '',
    /not XML/,
  ],
  ['nothing', { mime: () => Buffer.alloc(0) }, '', /not XML/],
  ['deep elements', { envelope: swap('<soap:Body>', `<soap:Body>${'<x>'.repeat(100_000)}`) }, '', /not XML/],
  [
    'a namespace without canonical form',
    { signedVihf: swap('<saml2:Subject>', '<saml2:Subject xmlns:x="../x">') },
    '',
    /not XML/,
  ],
  ['no MessageID', { envelope: remove('MessageID') }, 'wsa:MessageAddressingHeaderRequired', /MessageID/],
  ['no To', { envelope: swap(/<To [^>]*>/, '') }, 'wsa:MessageAddressingHeaderRequired', /wsa:To/],
  ['no ReplyTo', { envelope: remove('ReplyTo') }, 'wsa:MessageAddressingHeaderRequired', /ReplyTo/],
  ['no Action', { envelope: remove('Action') }, 'wsa:MessageAddressingHeaderRequired', /Action/],
  ['no Security', { envelope: remove('wsse:Security') }, 'wsse:InvalidSecurity', /Security/],
  [
    'two To',
    { envelope: swap(/<To /, '<To xmlns="http://www.w3.org/2005/08/addressing"/><To ') },
    'wsa:InvalidAddressingHeader',
    /once/,
  ],
  [
    'another header',
    { envelope: swap('</soap:Header>', '<x:y xmlns:x="urn:x"/></soap:Header>') },
    'wsa:InvalidAddressingHeader',
    /\{urn:x\}y/,
  ],
  [
    'a MessageID that is no urn:uuid',
    { envelope: swap('>urn:uuid:', '>uuid:') },
    'wsa:InvalidAddressingHeader',
    /MessageID/,
  ],
  [
    'a To',
    { envelope: swap(/<To ([^/]*)[^>]*\/>/, '<To xmlns="http://www.w3.org/2005/08/addressing">x</To>') },
    'wsa:InvalidAddressingHeader',
    /To: not empty/,
  ],
  ['a ReplyTo', { envelope: swap('/anonymous<', '/none<') }, 'wsa:InvalidAddressingHeader', /ReplyTo/],
  [
    'no mustUnderstand',
    { envelope: swap('<Action soap:mustUnderstand="true"', '<Action') },
    'wsa:InvalidAddressingHeader',
    /Action: no mustUnderstand/,
  ],
  [
    'another action',
    { envelope: swap('>urn:ihe:iti:2007:RegistryStoredQuery', '>urn:ihe:iti:2007:RetrieveDocumentSet') },
    'wsa:ActionNotSupported',
    /Action/,
  ],
  [
    'the action of the other service',
    {
      envelope: swap(
        '>urn:ihe:iti:2007:RegistryStoredQuery',
        '>urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b',
      ),
    },
    'wsa:ActionNotSupported',
    /Action/,
  ],
  [
    'another action in HTTP',
    { contentType: swap('RegistryStoredQuery', 'RegistryStoredquery') },
    'wsa:ActionMismatch',
    /Content-Type/,
  ],
  ['no action in HTTP', { contentType: swap(/; action=.*/, '') }, 'wsa:ActionMismatch', /Content-Type/],
  ['another Content-Type', { contentType: swap('application/soap+xml', 'text/xml') }, '', /Content-Type/],
  ['no charset', { contentType: swap(' charset=UTF-8;', '') }, '', /charset/],
  [
    'something beside the VIHF',
    { envelope: swap('</wsse:Security>', '<x/></wsse:Security>') },
    'wsse:InvalidSecurity',
    /nothing else/,
  ],
  [
    'the body of another transaction',
    { envelope: text => text.replaceAll('AdhocQueryRequest', 'AdhocQueryResponse') },
    '',
    /Body/,
  ],
])('%s', async (_, breaks, code, reason) => {
  expect(await answered(dmp, query(breaks))).toEqual(fault(code, reason));
});

it('headers in another order', async () => {
  const reordered = query({
    envelope: text => text.replace(/(<MessageID .*?<\/MessageID>)(<To [^>]*>)/, '$2$1'),
  });
  expect(await answered(dmp, reordered)).toEqual(fault('wsa:InvalidAddressingHeader', /order/));
});

it('a message that comes twice', async () => {
  const request = query();
  await answered(dmp, request);
  expect(await answered(dmp, request)).toEqual(fault('wsa:InvalidAddressingHeader', /used already/));
});

it('a VIHF that comes twice', async () => {
  const request = query();
  await answered(dmp, request);
  const body = Buffer.from(request.body.toString('utf8').replace(/>urn:uuid:\w{8}/, '>urn:uuid:00000000'));
  expect(await answered(dmp, { ...request, body })).toEqual(fault('wsse:FailedCheck', /VIHF: used already/));
});
