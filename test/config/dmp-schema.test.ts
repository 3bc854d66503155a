import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { configFaults } from '../../src/config/report.ts';
import { redacted } from '../../src/config/secrets.ts';
import type { Config } from '../../src/config/schema.ts';
import { DMP_FACILITIES } from '../../src/formats/terminology/dmp-value-sets.ts';
import { MAX_OID_ROOT } from '../../src/formats/xds/unique-id.ts';
import { DMP_FILES, MINIMAL_DMP } from './dmp.ts';
import { ENVIRONMENT, MINIMAL, writeConfig } from './sample.ts';

function load(dmp: string): { readonly config: Config; readonly path: string } {
  const more = { 'professionnels.csv': '', 'password.txt': 'secret' };
  return loadConfig(writeConfig(`${MINIMAL}${dmp}`, { ...DMP_FILES, ...more }), ENVIRONMENT);
}

/** The faults, as `path — message`. */
function faultsOf(dmp: string): string[] {
  try {
    load(dmp);
  } catch (error) {
    return configFaults(error).map(({ path, message }) => `${path} — ${message}`);
  }
  return [];
}

/** The minimal block with one text in place of another, which must be there. */
function changed(from: string | RegExp, to: string): string {
  const text = MINIMAL_DMP.replace(from, to);
  expect(text).not.toBe(MINIMAL_DMP);
  return text;
}

describe('dmp', () => {
  it('may be absent', () => {
    expect(load('').config.dmp).toBeUndefined();
  });

  it('applies every default to a minimal block, and takes paths from its folder', () => {
    const { config, path } = load(MINIMAL_DMP);
    const at = (file: string): string => join(dirname(path), file);
    expect(config.dmp).toEqual({
      url: 'https://dmp.example/si-dmp-server/v2/services',
      environment: 'test',
      tls: { ca: at('ca.pem'), certificate: { p12: at('auth.p12'), password: 'un' } },
      sign: { certificate: { cert: at('sign.pem'), key: at('sign.key') } },
      software: { name: 'pfi-gateway', version: '1.0', approval: '' },
      oid: { source: '1.2.250.1.999.1', root: '1.2.250.1.999.1.1' },
      structures: [{ id: '1120456789', name: 'CHU X', sector: 'SA01' }],
      automate: { responsible: '801234567866', name: 'pfi-gateway, passerelle, DSI' },
      vihf: {
        version: '4.0',
        modeAttribute: 'Authentification_Mode',
        issuer: 'rfc2253',
        authnContext: 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified',
      },
      xades: { digest: 'sha1' },
      limits: { document: 20 * 1024 ** 2, timeout: 60_000, parallel: 4, giveUpAfter: 72 * 3_600_000 },
    });
  });

  it('takes everything that may be said', () => {
    const text = changed('services\n', 'services/\n')
      .replace('environment: test', 'environment: production')
      .replace('key: sign.key', 'key: sign.key, password: { file: password.txt }')
      .replace('version: "1.0"', 'version: "1.0", approval: "A-1"')
      .replace('sector: SA01 }', 'sector: SA01 }, { id: 10B0127189, name: Autre, sector: SA69 }');
    const { dmp } = load(`${text}  professionals: professionnels.csv
  vihf: { version: "3.0", modeAttribute: Authentification_mode, issuer: reverse, authnContext: "urn:x", secretConnection: S }
  xades: { digest: sha256 }
  limits: { document: 5MB, timeout: 30s, parallel: 1, giveUpAfter: 1h }
`).config;
    expect(dmp).toMatchObject({
      url: 'https://dmp.example/si-dmp-server/v2/services',
      environment: 'production',
      sign: { certificate: { password: { file: expect.stringMatching(/password\.txt$/) } } },
      software: { approval: 'A-1' },
      structures: [{ id: '1120456789' }, { id: '10B0127189', sector: 'SA69' }],
      professionals: expect.stringMatching(/professionnels\.csv$/),
      vihf: { version: '3.0', issuer: 'reverse', secretConnection: 'S' },
      xades: { digest: 'sha256' },
      limits: { document: 5 * 1024 ** 2, parallel: 1 },
    });
  });

  it('shows no password when it is printed', () => {
    expect(redacted(load(MINIMAL_DMP).config)).toMatchObject({
      dmp: { tls: { certificate: { password: '***' } } },
    });
  });

  it('is in the example as a user would switch it on', () => {
    const example = readFileSync(new URL('../../config/pfi.example.yaml', import.meta.url), 'utf8');
    const lines = example.split('\n');
    const begin = lines.indexOf('# dmp:');
    const block = lines.slice(begin, lines.indexOf('', begin)).map(line => line.replace(/^# /, ''));
    const { dmp } = loadConfig(
      writeConfig(`${MINIMAL}${block.join('\n')}\n`, {
        'igc-sante.pem': '',
        'dmp-auth.p12': '',
        'dmp-sign.p12': '',
      }),
      { ...ENVIRONMENT, DMP_AUTH: 'un', DMP_SIGN: 'deux' },
    ).config;
    expect(dmp).toMatchObject({ environment: 'test', sign: { certificate: { password: 'deux' } } });
    // The defaults that it shows are those that hold.
    const { vihf, xades, limits } = load(MINIMAL_DMP).config.dmp ?? {};
    expect(dmp).toMatchObject({ vihf, xades, limits });
  });

  it('knows the sectors that the terminology knows, and leaves the room that identifiers need', () => {
    const known = [...DMP_FACILITIES.values()].flatMap(codes => [...codes.keys()]);
    expect(known.length).toBeGreaterThan(60);
    const isKnown = (sector: string): boolean => faultsOf(MINIMAL_DMP.replace('SA01', sector)).length === 0;
    expect(known.filter(sector => !isKnown(sector))).toEqual([]);
    const all = Array.from({ length: 100 }, (_, number) => `SA${String(number).padStart(2, '0')}`);
    expect(all.filter(isKnown)).toEqual(all.filter(sector => known.includes(sector)));
    const root = `1.2.${'3'.repeat(MAX_OID_ROOT - 4)}`;
    expect(faultsOf(changed('root: 1.2.250.1.999.1.1', `root: ${root}`))).toEqual([]);
    expect(faultsOf(changed('root: 1.2.250.1.999.1.1', `root: ${root}4`))).toEqual([
      'dmp.oid.root — OID de 44 caractères au plus attendu',
    ]);
  });

  const choice = '`p12` et `password`, ou `cert` et `key`, sont requis';
  it.each<[string, string | RegExp, string, string]>([
    ['no block', MINIMAL_DMP, '\ndmp:\n', 'dmp — bloc de clés attendu'],
    ['an address in the clear', 'https:', 'http:', 'dmp.url — adresse https:// attendue'],
    ['a user in the address', '//dmp', '//u:p@dmp', 'dmp.url — adresse sans mot de passe'],
    ['a query in the address', 'services\n', 'services?wsdl\n', 'dmp.url — adresse sans mot de passe'],
    ['another environment', 'environment: test', 'environment: dev', 'valeurs possibles : test, production'],
    ['no environment', 'environment: test', '', 'dmp.environment — clé requise absente'],
    ['no authority', 'ca: ca.pem, ', '', 'dmp.tls.ca — clé requise absente'],
    ['an authority that is not there', 'ca: ca.pem', 'ca: x.pem', 'dmp.tls.ca — le fichier n’existe pas'],
    ['a p12 that is not there', 'auth.p12', 'x.p12', 'dmp.tls.certificate.p12 — le fichier n’existe pas'],
    ['no certificate', '{ cert: sign.pem, key: sign.key }', '{}', `dmp.sign.certificate — ${choice}`],
    ['a p12 without password', ', password: un', '', '`password` est requis avec `p12`'],
    ['a certificate without key', ', key: sign.key', '', '`cert` et `key` vont ensemble'],
    ['a key without certificate', 'cert: sign.pem, ', '', '`cert` et `key` vont ensemble'],
    ['both forms', 'password: un', 'password: un, cert: sign.pem', 'l’un ou l’autre est attendu'],
    [
      'an unknown key of a certificate',
      'password: un',
      'password: un, pasword: deux',
      'dmp.tls.certificate.pasword — clé inconnue ; vouliez-vous écrire « password » ?',
    ],
    ['an unknown key', 'automate:', 'xadess: {}\n  automate:', 'vouliez-vous écrire « xades » ?'],
    ['no version', ', version: "1.0"', '', 'dmp.software.version — clé requise absente'],
    ['an OID that is none', 'source: 1.2.250.1.999.1', 'source: 1.02.3', 'dmp.oid.source — OID attendu'],
    ['no structure', /structures: .*/, 'structures: []', 'dmp.structures — au moins un élément attendu'],
    ['a FINESS for a structure', '"1120456789"', '"X12"', 'structures[0].id — Struct_IdNat attendu'],
    [
      'a structure twice',
      'SA01 }',
      'SA01 }, { id: "1120456789", name: Y, sector: SA05 }',
      'dmp.structures[1].id — valeur déjà utilisée plus haut',
    ],
    ['a sector that is none', 'SA01', 'SA99', 'structures[0].sector — secteur d’activité attendu (JDV_J61)'],
    ['nobody who answers', /responsible: "[^"]*"/, 'responsible: ""', 'automate.responsible — texte vide'],
    ['a digest of former times', 'automate:', 'xades: { digest: md5 }\n  automate:', 'sha1, sha256'],
    [
      'a secret connection that says nothing',
      'automate:',
      'vihf: { secretConnection: " " }\n  automate:',
      'dmp.vihf.secretConnection — texte vide',
    ],
    ['no time to answer', 'automate:', 'limits: { timeout: 0s }\n  automate:', 'au moins 1s attendu'],
    ['documents of no size', 'automate:', 'limits: { document: 0B }\n  automate:', 'au moins 1B attendu'],
    ['no delivery at all', 'automate:', 'limits: { parallel: 0 }\n  automate:', 'au moins 1 attendu'],
  ])('refuses %s', (_, from, to, message) => {
    expect(faultsOf(changed(from, to))).toEqual([expect.stringContaining(message)]);
  });
});
