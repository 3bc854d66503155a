import * as fc from 'fast-check';
import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { renderName } from '../../../src/formats/pki/distinguished-name.ts';
import { type X509Fields, x509Fields } from '../../../src/formats/pki/x509-fields.ts';
import { createAuthority } from '../../../src/sandbox/certificates.ts';
import * as der from '../../../src/sandbox/der.ts';

type Attribute = readonly [oid: string, value: Buffer];

const utf8 = (text: string): Buffer => der.utf8String(text);
const nameOf = (...parts: readonly (readonly Attribute[])[]): Buffer =>
  der.sequence(
    ...parts.map(part =>
      der.set(...part.map(([oid, value]) => der.sequence(der.objectIdentifier(oid), value))),
    ),
  );

/** As much of a certificate as is looked at. */
function certificate({
  serial = der.integer(Buffer.from([1])),
  subject = nameOf([['2.5.4.3', utf8('x')]]),
  extensions = [],
  version = [der.explicit(0, der.integer(Buffer.from([2])))],
}: {
  readonly serial?: Buffer;
  readonly subject?: Buffer;
  readonly extensions?: readonly Buffer[];
  readonly version?: readonly Buffer[];
}): X509Fields {
  const issuer = nameOf([['2.5.4.3', utf8('AC')]]);
  const nothing = der.sequence();
  const more = extensions.length === 0 ? [] : [der.explicit(3, der.sequence(...extensions))];
  const tbs = der.sequence(...version, serial, nothing, issuer, nothing, subject, nothing, ...more);
  return x509Fields(der.sequence(tbs, nothing, der.bitString(Buffer.from([0]))));
}

const subjectOf = (...parts: readonly (readonly Attribute[])[]): string =>
  renderName(certificate({ subject: nameOf(...parts) }).subject, 'rfc2253');

describe('names', () => {
  it.each<[string, readonly (readonly Attribute[])[], string]>([
    [
      'most specific first',
      [[['2.5.4.6', der.printableString('FR')]], [['2.5.4.3', utf8('a')]]],
      'CN=a,C=FR',
    ],
    [
      'the keywords of the DMP',
      [[['2.5.4.8', utf8('Sarthe (72)')]], [['2.5.4.42', utf8('MAX')]], [['2.5.4.4', utf8('LIBRE')]]],
      'SN=LIBRE,GN=MAX,ST=Sarthe (72)',
    ],
    [
      'several attributes in one part',
      [
        [
          ['2.5.4.3', utf8('a')],
          ['2.5.4.5', utf8('1')],
        ],
      ],
      'CN=a+SERIALNUMBER=1',
    ],
    [
      'what RFC 2253 escapes',
      [[['2.5.4.3', utf8('a,b+c"d\\e<f>g;h=i')]]],
      String.raw`CN=a\,b\+c\"d\\e\<f\>g\;h=i`,
    ],
    ['blanks at both ends', [[['2.5.4.3', utf8(' a ')]]], String.raw`CN=\ a\ `],
    ['a # at the start alone', [[['2.5.4.3', utf8('#a#')]]], String.raw`CN=\#a#`],
    ['a type without keyword', [[['2.5.4.97', utf8('NTRFR-1')]]], '2.5.4.97=#0c074e545246522d31'],
    ['a value that is no text', [[['2.5.4.3', der.octetString(Buffer.from([1, 2]))]]], 'CN=#04020102'],
    ['UTF-8', [[['2.5.4.10', utf8('Hôpital d’Évreux €')]]], 'O=Hôpital d’Évreux €'],
    ['TeletexString', [[['2.5.4.10', der.element(20, Buffer.from('Évreux', 'latin1'))]]], 'O=Évreux'],
    [
      'BMPString',
      [[['2.5.4.10', der.element(30, Buffer.from('Évreux €', 'utf16le').swap16())]]],
      'O=Évreux €',
    ],
    ['nothing at all', [], ''],
  ])('%s', (_, parts, text) => {
    expect(subjectOf(...parts)).toBe(text);
  });
});

describe('fields', () => {
  it.each<[string, Buffer, bigint]>([
    ['of 16 bytes', der.integer(Buffer.alloc(16, 0x7f)), BigInt(`0x${'7f'.repeat(16)}`)],
    ['with a leading zero', der.integer(Buffer.from('ff00', 'hex')), 0xff00n],
    ['that reads as negative', der.element(2, Buffer.from('ff00', 'hex')), -256n],
    ['zero', der.integer(Buffer.from([0])), 0n],
  ])('a serial number %s', (_, serial, value) => {
    expect(certificate({ serial }).serial).toBe(value);
  });

  const extension = (oid: string, value: Buffer, critical: readonly Buffer[] = []): Buffer =>
    der.sequence(der.objectIdentifier(oid), ...critical, der.octetString(value));

  it('usages, critical or not', () => {
    for (const critical of [[], [der.boolean(true)]]) {
      const extensions = [
        extension('2.5.29.19', der.sequence()),
        extension('2.5.29.15', der.bitString(Buffer.from([0b1100_0000]), 6), critical),
        extension('2.5.29.37', der.sequence(der.objectIdentifier('1.3.6.1.5.5.7.3.4')), critical),
      ];
      expect(certificate({ extensions })).toMatchObject({
        keyUsage: 0b1100_0000,
        extendedKeyUsage: ['1.3.6.1.5.5.7.3.4'],
      });
    }
    const all = extension('2.5.29.15', der.bitString(Buffer.from([0xff, 0x80]), 7));
    expect(certificate({ extensions: [all] }).keyUsage).toBe(0xff);
    const none = extension('2.5.29.15', der.bitString(Buffer.alloc(0)));
    expect(certificate({ extensions: [none] }).keyUsage).toBe(0);
  });

  it('of version 1: no version, no extensions', () => {
    expect(certificate({ version: [] })).toMatchObject({
      serial: 1n,
      keyUsage: undefined,
      extendedKeyUsage: [],
    });
  });

  it('of anything else: an error, never an answer made up', () => {
    const whole = new X509Certificate(createAuthority('AC').certificate).raw;
    expect(renderName(x509Fields(whole).subject, 'rfc2253')).toBe('CN=AC');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        expect(() => x509Fields(bytes)).toThrow(Error);
      }),
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), cut => {
        expect(() => x509Fields(whole.subarray(0, cut))).toThrow(Error);
      }),
    );
  });
});
