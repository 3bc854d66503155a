import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { DmpConfig } from '../../src/config/schema.ts';
import { assertDmpFiles, dmpProfessionals } from '../../src/gateway/dmp-files.ts';
import { MINIMAL_DMP } from '../config/dmp.ts';
import { ENVIRONMENT, MINIMAL, writeConfig } from '../config/sample.ts';
import { authority, issued, VALIDITY } from '../kit/organisation-certificates.ts';

const auth = issued('AUTH_CLI');
const sign = issued('SIGN');
const NOW = new Date('2026-11-20T12:00:00Z');
const PROFESSIONALS = 'identifiant;profession;savoir-faire\n801234567866;10;SM26\n';

function configured(files: Readonly<Record<string, string>> = {}): DmpConfig | undefined {
  const certificates = MINIMAL_DMP.replace(
    '{ p12: auth.p12, password: un }',
    '{ cert: auth.pem, key: auth.key }',
  );
  const all = {
    'ca.pem': authority.certificate,
    'auth.pem': auth.cert,
    'auth.key': auth.key,
    'sign.pem': sign.cert,
    'sign.key': sign.key,
    'pros.csv': PROFESSIONALS,
    ...files,
  };
  const text = `${MINIMAL}${certificates}  professionals: pros.csv\n`;
  return loadConfig(writeConfig(text, all), ENVIRONMENT).config.dmp;
}

function pemOf(name: string, { cert, key }: { cert: string; key: string }): Record<string, string> {
  return { [`${name}.pem`]: cert, [`${name}.key`]: key };
}

describe('the files of the DMP', () => {
  it('are read when they are right, and none is asked for where there is no DMP', () => {
    const dmp = configured();
    expect(() => assertDmpFiles(dmp, NOW)).not.toThrow();
    expect(() => assertDmpFiles(undefined, NOW)).not.toThrow();
    expect(dmp && [...dmpProfessionals(dmp).keys()]).toEqual(['801234567866']);
  });

  it('are taken up though a certificate has ended: the rest of the configuration counts', () => {
    const dmp = configured();
    expect(() => assertDmpFiles(dmp, new Date(VALIDITY.notAfter.getTime() + 1))).not.toThrow();
  });

  it.each<[string, Record<string, string>, string, string]>([
    ['authorities', { 'ca.pem': '' }, 'DMP-020', '`dmp.tls.ca` : Le fichier ne contient pas de certificat'],
    ['our certificate', { 'auth.pem': 'rien' }, 'DMP-020', '`dmp.tls` : Le fichier ne contient pas de'],
    [
      'a key that was not renewed with its certificate',
      { 'sign.key': auth.key },
      'DMP-020',
      '`dmp.sign` : La clé privée n’est pas celle du certificat.',
    ],
    [
      'certificates that were swapped',
      { 'sign.pem': auth.cert, 'sign.key': auth.key },
      'DMP-020',
      '`dmp.sign` : C’est un certificat d’authentification (ORG AUTH_CLI) ; un certificat de signature (ORG SIGN) est attendu.',
    ],
    [
      'a certificate of another structure',
      pemOf('sign', issued('SIGN', { structure: '1999999999' })),
      'DMP-020',
      '`dmp.sign` : Le certificat est celui de la structure 1999999999',
    ],
    [
      'a certificate that is not valid yet',
      pemOf(
        'sign',
        issued('SIGN', { validity: { ...VALIDITY, notBefore: new Date('2026-11-21T00:00:00Z') } }),
      ),
      'DMP-020',
      '`dmp.sign` : Le certificat n’est valable qu’à partir du 21/11/2026',
    ],
    [
      'professionals',
      { 'pros.csv': `${PROFESSIONALS}801234567867;99;\n` },
      'DMP-021',
      'Ligne 3 : profession inconnue.',
    ],
  ])('%s: told, and nothing is taken up', (_, files, code, detail) => {
    const dmp = configured(files);
    expect(() => assertDmpFiles(dmp, NOW)).toThrow(
      expect.objectContaining({ code, publicText: expect.stringContaining(detail) }),
    );
  });
});
