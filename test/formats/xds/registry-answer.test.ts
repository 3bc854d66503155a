import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRegistryAnswer, type RegistryAnswer } from '../../../src/formats/xds/registry-answer.ts';
import {
  SOAP_1_1,
  SUCCESS,
  FAILURE,
  PARTIAL,
  ENTRY,
  enveloped,
  response,
  problem,
  query,
  refs,
  error,
  warning,
  fault12,
  fault11,
} from './answers.ts';

/** The MessageID of what the answers are to. */
const MESSAGE = 'urn:uuid:3f0c6d2e-0000-4000-8000-000000000001';

describe('readRegistryAnswer', () => {
  it.each<[string, Uint8Array, object]>([
    ['Success', enveloped(response(SUCCESS)), { kind: 'success', warnings: [] }],
    ['Success in SOAP 1.1', enveloped(response(SUCCESS), SOAP_1_1), { kind: 'success', warnings: [] }],
    [
      'Success with warnings',
      enveloped(response(SUCCESS, problem('XDSExtraMetadataNotSaved', 'Warning'))),
      { kind: 'success', warnings: [warning('XDSExtraMetadataNotSaved')] },
    ],
    [
      'Failure',
      enveloped(response(FAILURE, problem('XDSRegistryMetadataError'))),
      {
        kind: 'failure',
        partial: false,
        error: error('XDSRegistryMetadataError'),
        errors: [error('XDSRegistryMetadataError')],
      },
    ],
    [
      'Failure: the first of the highest severity',
      enveloped(response(FAILURE, problem('W', 'Warning'), problem('DMPFirst'), problem('DMPSecond'))),
      {
        kind: 'failure',
        partial: false,
        error: error('DMPFirst'),
        errors: [warning('W'), error('DMPFirst'), error('DMPSecond')],
      },
    ],
    [
      'Failure by warnings alone',
      enveloped(response(FAILURE, problem('W', 'Warning'), problem('X', 'Warning'))),
      { kind: 'failure', partial: false, error: warning('W'), errors: [warning('W'), warning('X')] },
    ],
    [
      'Failure without a word',
      enveloped(response(FAILURE)),
      { kind: 'failure', partial: false, error: undefined, errors: [] },
    ],
    [
      'an error without severity, or of one that nobody knows, with its text within',
      enveloped(
        response(
          FAILURE,
          '<rs:RegistryError errorCode=" DMPClosed ">Le DMP est\n fermé</rs:RegistryError>',
          '<rs:RegistryError errorCode="X" severity="Fatal"/>',
        ),
      ),
      {
        error: { code: 'DMPClosed', context: 'Le DMP est fermé', severity: 'error' },
        errors: [expect.anything(), { code: 'X', context: undefined, severity: 'error' }],
      },
    ],
    [
      'PartialSuccess',
      enveloped(response(PARTIAL, problem('XDSRegistryError'))),
      { kind: 'failure', partial: true, error: error('XDSRegistryError') },
    ],
    [
      'a code in any letters, as it is written',
      enveloped(response(FAILURE, problem('dmp_é &amp; "co"'.replaceAll('"', '&quot;')))),
      { error: { code: 'dmp_é & "co"' } },
    ],
    [
      'a Fault of SOAP 1.2',
      fault12('<S:Value>S:Receiver</S:Value>', 'Indisponible'),
      { kind: 'fault', code: 'Receiver', side: 'receiver', reason: 'Indisponible' },
    ],
    [
      'a Fault with a subcode',
      fault12(
        '<S:Value>S:Sender</S:Value><S:Subcode><S:Value>S:DMPInvalidCertificate</S:Value></S:Subcode>',
        'Le certificat est invalide',
      ),
      {
        kind: 'fault',
        code: 'DMPInvalidCertificate',
        side: 'sender',
        reason: 'Le certificat est invalide',
      },
    ],
    [
      'a Fault with subcodes in subcodes',
      fault12(
        '<S:Value>S:Sender</S:Value><S:Subcode><S:Value>a:One</S:Value><S:Subcode><S:Value>b:Two</S:Value></S:Subcode></S:Subcode>',
        'x',
      ),
      { kind: 'fault', code: 'Two', side: 'sender', reason: 'x' },
    ],
    [
      'a Fault of SOAP 1.1',
      fault11('S:Client.DMPClosed', 'Le DMP est fermé'),
      { kind: 'fault', code: 'Client.DMPClosed', side: 'sender', reason: 'Le DMP est fermé' },
    ],
    [
      'a Fault of a code of its own',
      fault11('ns1:DMPClosed', 'x'),
      { kind: 'fault', code: 'DMPClosed', side: 'other', reason: 'x' },
    ],
    [
      'a Fault without a word',
      enveloped('<S:Fault/>'),
      { kind: 'fault', code: '', side: 'other', reason: undefined },
    ],
    ['nothing', Buffer.of(), { kind: 'unreadable', because: 'malformed' }],
    [
      'a page',
      Buffer.from('<html><body>502<br></body></html>'),
      { kind: 'unreadable', because: 'malformed' },
    ],
    ['another XML', Buffer.from('<html/>'), { kind: 'unreadable', because: 'content' }],
    ['an empty body', enveloped(''), { kind: 'unreadable', because: 'content' }],
    [
      'two answers',
      enveloped(response(SUCCESS) + response(FAILURE)),
      { kind: 'unreadable', because: 'content' },
    ],
    [
      'an answer without envelope',
      Buffer.from(response(SUCCESS)),
      { kind: 'unreadable', because: 'content' },
    ],
    [
      'an envelope of another SOAP',
      enveloped(response(SUCCESS), 'urn:soap'),
      { kind: 'unreadable', because: 'content' },
    ],
    [
      'a status that nobody knows',
      enveloped(response('Perhaps')),
      { kind: 'unreadable', because: 'content' },
    ],
    ['no status', enveloped(response('')), { kind: 'unreadable', because: 'content' }],
    [
      'an answer to something else',
      enveloped(query(SUCCESS, refs(ENTRY))),
      { kind: 'unreadable', because: 'content' },
    ],
    [
      'a RegistryResponse of another name space',
      enveloped(`<RegistryResponse status="${SUCCESS}"/>`),
      { kind: 'unreadable', because: 'content' },
    ],
    [
      'an answer cut off',
      enveloped(response(SUCCESS)).subarray(0, -20),
      { kind: 'unreadable', because: 'malformed' },
    ],
    [
      'a DOCTYPE',
      Buffer.from(`<!DOCTYPE a [<!ENTITY b "c">]>${response(SUCCESS)}`),
      { kind: 'unreadable', because: 'doctype' },
    ],
    [
      'bytes of no charset',
      Buffer.concat([enveloped(response(SUCCESS)), Buffer.of(0xff)]),
      { kind: 'unreadable', because: 'encoding' },
    ],
    [
      'nesting without end',
      enveloped('<a>'.repeat(200) + '</a>'.repeat(200)),
      { kind: 'unreadable', because: 'too-deep' },
    ],
    [
      'more than a megabyte',
      Buffer.alloc(1024 * 1024 + 1, 0x20),
      { kind: 'unreadable', because: 'too-large' },
    ],
  ])('%s', (_, xml, expected) => {
    expect(readRegistryAnswer(xml, MESSAGE)).toMatchObject(expected);
  });

  it('is bounded: errors, codes, texts, subcodes', () => {
    const long = 'x'.repeat(2000);
    const many = readRegistryAnswer(
      enveloped(response(FAILURE, ...Array.from({ length: 150 }, () => problem(long)))),
      MESSAGE,
    );
    if (many.kind !== 'failure') throw new Error(many.kind);
    expect(many.errors).toHaveLength(100);
    expect([many.error?.code.length, many.error?.context?.length]).toEqual([200, 1000]);
    const open = '<S:Value>a:B</S:Value><S:Subcode>';
    const deep = readRegistryAnswer(fault12(open.repeat(50) + '</S:Subcode>'.repeat(50), long), MESSAGE);
    expect(deep).toEqual({ kind: 'fault', code: 'B', side: 'other', reason: 'x'.repeat(1000) });
  });

  it('never throws, whatever comes', () => {
    const answer = enveloped(response(FAILURE, problem('XDSRegistryBusy')));
    const broken = fc
      .tuple(fc.nat(answer.length - 1), fc.nat(255), fc.nat(answer.length))
      .map(([at, byte, end]) => {
        const bytes = Buffer.from(answer);
        bytes[at] = byte;
        return bytes.subarray(0, Math.max(end, at));
      });
    fc.assert(
      fc.property(fc.oneof(broken, fc.uint8Array({ maxLength: 200 })), bytes => {
        const kinds: readonly RegistryAnswer['kind'][] = ['success', 'failure', 'fault', 'unreadable'];
        expect(kinds).toContain(readRegistryAnswer(bytes, MESSAGE).kind);
      }),
      { numRuns: 300 },
    );
  });

  it('reads a megabyte of errors', () => {
    const answer = enveloped(response(FAILURE, ...Array.from({ length: 7000 }, () => problem('A'))));
    expect(answer.length).toBeGreaterThan(900_000);
    expect(readRegistryAnswer(answer, MESSAGE)).toMatchObject({ kind: 'failure', error: error('A') });
  });

  it.each<[string, string, string]>([
    ['to the message', MESSAGE, 'success'],
    ['to it, with blanks around', `\n  ${MESSAGE} `, 'success'],
    ['to another', 'urn:uuid:3f0c6d2e-0000-4000-8000-000000000002', 'unreadable'],
    ['to nothing that has a name', '', 'success'],
  ])('believes an answer %s as it should (RelatesTo)', (_, relatesTo, kind) => {
    const header = `<RelatesTo xmlns="http://www.w3.org/2005/08/addressing">${relatesTo}</RelatesTo></S:Header>`;
    const answer = enveloped(response(SUCCESS)).toString();
    const xml = Buffer.from(answer.replace('</S:Header>', header));
    expect(readRegistryAnswer(xml, MESSAGE).kind).toBe(kind);
  });
});
