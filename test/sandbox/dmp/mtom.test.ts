import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dmp, startDmp } from '../../../src/sandbox/dmp.ts';
import { ORG } from '../../kit/dmp-identity.ts';
import { type Breaks, lotRequest, swap, type WireRequest } from '../../kit/dmp-request.ts';
import { answered, fault } from './answered.ts';

const UNIQUE_ID = '1.2.250.1.999.1.1.7.1';

let dmp: Dmp;

beforeAll(async () => {
  dmp = await startDmp({ trusted: ORG.trusted });
});
afterAll(() => dmp.stop());

const lot = (breaks: Breaks): WireRequest =>
  lotRequest({ documents: [UNIQUE_ID], setUniqueId: '1.2.250.1.999.1.1.8.1', ...breaks });
const bytes =
  (change: (text: string) => string): ((body: Buffer) => Buffer) =>
  body =>
    Buffer.from(change(body.toString('latin1')), 'latin1');

it.each<[string, Breaks, RegExp]>([
  ['another boundary', { contentType: swap('lot.des.tests', 'lot') }, /closing|boundary/],
  ['no boundary', { contentType: swap('boundary="lot.des.tests"; ', '') }, /no valid boundary/],
  ['another type', { contentType: swap('type="application/xop+xml"', 'type="text/xml"') }, /type is not/],
  ['no start-info', { contentType: swap('start-info="application/soap+xml"; ', '') }, /start-info/],
  [
    'another start',
    { contentType: swap('start="<racine@tests>"', 'start="<Document01@tests>"') },
    /start is not the first part/,
  ],
  ['a preamble', { mime: body => Buffer.concat([Buffer.from('x\r\n'), body]) }, /begin with the boundary/],
  ['LF alone', { mime: bytes(text => text.replaceAll('\r\n', '\n')) }, /boundary|empty line/],
  ['a body cut short', { mime: body => body.subarray(0, -8) }, /closing|followed/],
  [
    'a Content-Length in characters',
    { mime: body => body.subarray(0, body.toString('utf8').length) },
    /closing boundary is missing/,
  ],
  ['bytes at the end', { mime: body => Buffer.concat([body, Buffer.from('x')]) }, /after the closing/],
  [
    'a part without empty line',
    {
      mime: bytes(
        swap(
          'Content-Type: text/xml\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <Signature01@tests>\r\n\r\n',
          'Content-Type: text/xml',
        ),
      ),
    },
    /empty line|header/,
  ],
  ['a header that is none', { mime: bytes(swap('Content-Type: text/xml', 'text/xml')) }, /not a header/],
  [
    'a root of another type',
    { mime: bytes(swap('Content-Type: application/xop+xml', 'Content-Type: text/xml')) },
    /first part is not/,
  ],
  ['a root without charset', { mime: bytes(swap('; charset=UTF-8', '')) }, /charset/],
  [
    'a root with another action',
    { mime: bytes(swap('ProvideAndRegisterDocumentSet-b"\r\n', 'RegistryStoredQuery"\r\n')) },
    /action of the first part/,
  ],
  [
    'a root in base64',
    { mime: bytes(swap('Content-Transfer-Encoding: 8bit', 'Content-Transfer-Encoding: base64')) },
    /first part is neither/,
  ],
  [
    'an attachment in base64',
    { mime: bytes(swap('Content-Transfer-Encoding: binary', 'Content-Transfer-Encoding: base64')) },
    /not binary/,
  ],
  [
    'an attachment without Content-ID',
    { mime: bytes(swap('Content-ID: <Document01@tests>', 'Content-Id: x')) },
    /without Content-ID/,
  ],
  [
    'an attachment without Content-Type',
    { mime: bytes(swap('Content-Type: text/xml\r\n', '')) },
    /without Content-Type/,
  ],
  [
    'two parts of one Content-ID',
    { mime: bytes(swap('Content-ID: <Signature01@tests>', 'Content-ID: <Document01@tests>')) },
    /one Content-ID/,
  ],
  [
    'an Include of nothing',
    { envelope: swap('cid:Document01@tests', 'cid:Document02@tests') },
    /no attachment/,
  ],
  [
    'an attachment that is included twice',
    { envelope: swap('cid:Signature01@tests', 'cid:Document01@tests') },
    /two xop:Include/,
  ],
  [
    'an attachment that nothing includes',
    { envelope: swap(/<xdsb:Document id="Document01">.*?<\/xdsb:Document>/, '') },
    /no xop:Include/,
  ],
  [
    'an Include of what cannot be decoded',
    { envelope: swap('cid:Document01@tests', 'cid:%E9@tests') },
    /no attachment/,
  ],
  [
    'too many parts',
    {
      mime: bytes(text =>
        text.replace(/\r\n--lot\.des\.tests(?=--)/, found => `${found}\r\nA: b\r\n\r\n`.repeat(200) + found),
      ),
    },
    /more than 200 parts/,
  ],
  ['no Include', { envelope: swap(/<xop:Include [^>]*>/, '') }, /no attachment/],
  ['another Include', { envelope: swap('http://www.w3.org/2004/08/xop/include', 'urn:x') }, /no attachment/],
  [
    'not MTOM',
    {
      contentType: () =>
        'application/soap+xml; charset=UTF-8; action="urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"',
      mime: body => body.subarray(body.indexOf('<?xml'), body.indexOf('</soap:Envelope>') + 16),
    },
    /not MTOM/,
  ],
])('%s', async (_, breaks, reason) => {
  expect(await answered(dmp, lot(breaks))).toEqual(fault('', reason));
  expect(dmp.documents()).toEqual([]);
});
