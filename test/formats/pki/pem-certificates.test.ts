import { describe, expect, it } from 'vitest';
import { pemCertificates } from '../../../src/formats/pki/pem-certificates.ts';
import { authority, issued } from '../../kit/organisation-certificates.ts';

const { certificate } = authority;
const other = issued('SIGN').cert;

describe('the certificates of a PEM text', () => {
  it('are all of them in their order, whatever stands between', () => {
    const text = `Bag Attributes\r\n  friendlyName: AC\r\n${certificate.replaceAll('\n', '\r\n')}\n\n${other}# fin`;
    expect(pemCertificates(text).map(String)).toEqual([certificate, other]);
  });

  it.each([
    ['nothing', '', 'Le fichier ne contient pas de certificat : un texte PEM est attendu.'],
    ['words', 'rien', 'Le fichier ne contient pas de certificat : un texte PEM est attendu.'],
    ['a key', issued('SIGN').key, 'Le fichier ne contient pas de certificat : un texte PEM est attendu.'],
    ['one cut short', certificate.slice(0, 200), /ne contient pas de certificat/],
    [
      'one broken beside one that is whole',
      `${certificate}${other.replace(/\n[^-\n]{20}/, '\n')}`,
      'Le certificat ne peut pas être lu.',
    ],
  ])('%s is told', (_, text, detail) => {
    expect(() => pemCertificates(text)).toThrow(
      expect.objectContaining({
        code: 'DMP-020',
        fault: expect.objectContaining({ detail: expect.stringMatching(detail) }),
      }),
    );
  });
});
