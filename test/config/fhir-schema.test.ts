import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { configFaults } from '../../src/config/report.ts';
import type { Config } from '../../src/config/schema.ts';
import { redacted } from '../../src/config/secrets.ts';
import { ENVIRONMENT, MINIMAL, writeConfig } from './sample.ts';

/** As docs/design.md §5 has it. */
const FHIR = `
fhir:
  facade: { host: 0.0.0.0, port: 8443, tls: { cert: f.pem, key: f.key, clientCa: ca.pem }, wait: 20s, body: 10MB }
  callers: [{ name: pui, certificate: { cn: pui.chu-x.fr }, flows: [dmi] }, { name: bloc, token: "\${BLOC}", flows: [dmi, renacot] }, { name: edit, token: deux, flows: [dui, dui-consommateur] }]
  dmi: { url: "https://dmi.example/fhir/", path: /Bundle, auth: { type: mtls, cert: c.pem, key: c.key, ca: ca.pem }, validation: refuse }
  dui: { url: "https://dui.example", contract: 2.0.0-ballot, auth: { type: mtls, cert: c.pem, key: c.key, ca: ca.pem }, validation: refuse, receive: { hook: "https://app.example/dui" } }
  renacot: { url: "https://r.example", operation: registre, auth: { type: oauth2, tokenUrl: "https://idp.example/connect/token", clientId: x, clientSecret: "\${RENACOT}", scope: implant }, rate: 5/s, pairingRetry: { every: 24h, giveUpAfter: 30d } }
  sas: { listen: { host: 0.0.0.0, port: 9443, tls: { cert: f.pem, key: f.key, clientCa: ca.pem } }, publicUrl: "https://sas.chu-x.fr/fhir", clients: [{ cn: sas.example, ou: "3187" }], hook: { url: "https://agenda.example", wait: 5s } }
`;
const MINIMAL_FHIR = `
fhir:
  facade: { port: 8443, tls: { cert: f.pem, key: f.key } }
  callers: [{ name: pui, token: un, flows: [dmi] }]
  dmi: { url: "https://dmi.example", auth: { type: none } }
`;
const FILES = Object.fromEntries(
  ['f.pem', 'f.key', 'ca.pem', 'c.pem', 'c.key', 'r.json'].map(name => [name, '']),
);
const VARIABLES = { ...ENVIRONMENT, BLOC: 'un', RENACOT: 'secret' };

function load(fhir: string): { readonly config: Config; readonly path: string } {
  return loadConfig(writeConfig(`${MINIMAL}${fhir}`, FILES), VARIABLES);
}

/** The faults, as `path — message`. */
function faultsOf(fhir: string): string[] {
  try {
    load(fhir);
  } catch (error) {
    return configFaults(error).map(({ path, message }) => `${path} — ${message}`);
  }
  return [];
}

/** The whole block with one text in place of another, which must be there. */
function changed(from: string | RegExp, to: string): string {
  const text = FHIR.replace(from, to);
  expect(text).not.toBe(FHIR);
  return text;
}

describe('fhir', () => {
  it('may be absent', () => {
    expect(load('').config.fhir).toBeUndefined();
  });

  it('applies every default to a minimal block', () => {
    const { config, path } = load(MINIMAL_FHIR);
    const at = (file: string): string => join(dirname(path), file);
    expect(config.fhir).toEqual({
      facade: {
        host: '127.0.0.1',
        port: 8443,
        tls: { cert: at('f.pem'), key: at('f.key') },
        wait: 20_000,
        body: 10 * 1024 ** 2,
      },
      callers: [{ name: 'pui', token: 'un', flows: ['dmi'] }],
      dmi: {
        url: 'https://dmi.example',
        path: '/Bundle',
        auth: { type: 'none', secretIn: 'post' },
        allowInsecure: false,
        validation: 'refuse',
        limits: { timeout: 30_000, parallel: 4, giveUpAfter: 72 * 3_600_000 },
      },
    });
  });

  it('reads the block of the design, and takes paths from its folder', () => {
    const { config, path } = load(FHIR);
    const at = (file: string): string => join(dirname(path), file);
    const mtls = { type: 'mtls', cert: at('c.pem'), key: at('c.key'), ca: at('ca.pem'), secretIn: 'post' };
    expect(config.fhir).toMatchObject({
      facade: { host: '0.0.0.0', tls: { clientCa: at('ca.pem') } },
      callers: [{ certificate: { cn: 'pui.chu-x.fr' } }, { token: 'un', flows: ['dmi', 'renacot'] }, {}],
      dmi: { url: 'https://dmi.example/fhir', auth: mtls },
      dui: {
        path: '/',
        contract: '2.0.0-ballot',
        auth: mtls,
        receive: { hook: 'https://app.example/dui', wait: 20_000, allowInsecure: false },
      },
      renacot: {
        operation: 'registre',
        auth: { type: 'oauth2', clientSecret: 'secret', scope: 'implant' },
        rate: { count: 5, perMs: 1000 },
        pairingRetry: { every: 86_400_000, giveUpAfter: 30 * 86_400_000 },
      },
      sas: {
        listen: { port: 9443, tls: { clientCa: at('ca.pem') } },
        publicUrl: 'https://sas.chu-x.fr/fhir',
        clients: [{ cn: 'sas.example', ou: '3187' }],
        hook: { url: 'https://agenda.example', wait: 5000 },
      },
    });
  });

  it.each([
    ['SAS alone', FHIR.replace(/ {2}(?:facade|callers|dmi|dui|renacot): .*\n/g, '')],
    [
      'a DUI that only receives',
      MINIMAL_FHIR.replace(/dmi: .*/, 'dui: { receive: { hook: "https://a.example" } }').replace(
        '[dmi]',
        '[dui-consommateur]',
      ),
    ],
    [
      'a platform on this machine in the clear',
      MINIMAL_FHIR.replace('https://dmi.example', 'http://127.0.0.1:8080/fhir'),
    ],
    [
      'one elsewhere in the clear, knowingly',
      MINIMAL_FHIR.replace('"https://dmi.example"', '"http://dmi.example", allowInsecure: true'),
    ],
    ['a certificate instead of a secret', changed('clientSecret: "${RENACOT}"', 'cert: c.pem, key: c.key')],
    ['rules of one’s own, paths and rates', changed('path: /Bundle', 'path: /, rate: 100/m, rules: r.json')],
  ])('admits %s', (_, text) => {
    expect(faultsOf(text)).toEqual([]);
  });

  it.each([
    ['1/s', 1, 1000],
    ['100/m', 100, 60_000],
    ['1000/h', 1000, 3_600_000],
  ])('reads the rate %s', (text, count, perMs) => {
    expect(load(changed('rate: 5/s', `rate: ${text}`)).config.fhir?.renacot?.rate).toEqual({ count, perMs });
  });

  it('shows no secret when it is printed', () => {
    const text = JSON.stringify(redacted(load(FHIR).config));
    expect(text).toContain('"clientSecret":"***"');
    expect(text.match(/"token":"\*\*\*"/g)).toHaveLength(2);
  });

  it('is in the example as a user would switch it on', () => {
    const example = readFileSync(new URL('../../config/pfi.example.yaml', import.meta.url), 'utf8');
    const lines = example.split('\n');
    const begin = lines.indexOf('# fhir:');
    const block = lines.slice(begin, lines.indexOf('', begin)).map(line => line.replace(/^# /, ''));
    const text = block.join('\n');
    const named = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [name, `${name}-1`]);
    const files = [...text.matchAll(/[\w-]+\.(?:pem|key)\b/g)].map(([name]) => [name, '']);
    const { fhir } = loadConfig(writeConfig(`${MINIMAL}${text}\n`, Object.fromEntries(files)), {
      ...ENVIRONMENT,
      ...Object.fromEntries(named),
    }).config;
    expect(fhir).toMatchObject({ renacot: { auth: { clientSecret: 'RENACOT-1' } }, sas: {}, dui: {} });
    // The defaults that it shows are those that hold.
    const { dmi, facade } = load(MINIMAL_FHIR).config.fhir ?? {};
    expect([fhir?.dmi?.limits, fhir?.dmi?.path, fhir?.facade?.wait, fhir?.facade?.body]).toEqual([
      dmi?.limits,
      dmi?.path,
      facade?.wait,
      facade?.body,
    ]);
  });

  it.each<[string, string | RegExp, string, string]>([
    ['nothing in it', /(?<=fhir:\n)[^]*/, '  callers: []\n', 'fhir — au moins un flux est attendu'],
    ['no façade', / {2}facade: .*\n/, '', 'fhir.facade — `facade` est requis avec `dmi`'],
    ['nobody who calls', /callers: .*/, 'callers: []', 'fhir.callers — au moins un appelant'],
    [
      'a caller without a flow',
      'flows: [dmi] }',
      'flows: [] }',
      'fhir.callers[0].flows — au moins un élément',
    ],
    [
      'a caller of an unknown flow',
      'flows: [dmi] }',
      'flows: [dim] }',
      'callers[0].flows[0] — valeurs possibles : dmi, dui',
    ],
    [
      'a flow that is not described',
      / {2}dmi: .*\n/,
      '',
      'fhir.callers[0].flows[0] — le flux « dmi » n’est pas décrit',
    ],
    [
      'a DUI to receive that is not',
      ', receive: { hook: "https://app.example/dui" }',
      '',
      'flows[1] — le flux « dui-consommateur »',
    ],
    [
      'a caller without proof',
      'certificate: { cn: pui.chu-x.fr }, ',
      '',
      'callers[0] — `certificate` ou `token`',
    ],
    [
      'a caller with two',
      'pui.chu-x.fr }',
      'pui.chu-x.fr }, token: x',
      'callers[0] — `certificate` ou `token`',
    ],
    ['two callers of one name', 'name: bloc', 'name: PUI', 'callers[1].name — valeur déjà utilisée'],
    [
      'two callers of one CN',
      'token: deux',
      'certificate: { cn: PUI.chu-x.fr }',
      'callers[2].certificate.cn — valeur déjà',
    ],
    ['two callers of one token', 'token: deux', 'token: un', 'callers[2].token — valeur déjà'],
    [
      'certificates without authority',
      ', clientCa: ca.pem }, wait',
      ' }, wait',
      'facade.tls.clientCa — `clientCa` est requis',
    ],
    ['a file that is not there', 'cert: f.pem', 'cert: x.pem', 'facade.tls.cert — le fichier n’existe pas'],
    ['no time to wait', 'wait: 20s', 'wait: 0s', 'fhir.facade.wait — au moins 1s attendu'],
    ['bodies of no size', 'body: 10MB', 'body: 1KB', 'fhir.facade.body — au moins 64KB attendu'],
    ['a platform in the clear', 'https://dmi', 'http://dmi', 'fhir.dmi.url — http:// est refusé'],
    ['another scheme', 'https://dmi', 'ftp://dmi', 'fhir.dmi.url — adresse http:// ou https://'],
    ['a user in the address', 'https://dmi', 'https://u:p@dmi', 'fhir.dmi.url — adresse sans mot de passe'],
    ['a query in the address', 'fhir/"', 'fhir?x=1"', 'fhir.dmi.url — adresse sans mot de passe'],
    ['a path that is none', 'path: /Bundle', 'path: Bundle', 'fhir.dmi.path — chemin attendu'],
    [
      'another authentication',
      'auth: { type: mtls',
      'auth: { type: basic',
      'fhir.dmi.auth.type — valeurs possibles : none, mtls, oauth2',
    ],
    [
      'a certificate without key',
      'cert: c.pem, key: c.key',
      'cert: c.pem',
      'fhir.dmi.auth.key — `key` est requis avec type: mtls',
    ],
    [
      'a secret without use',
      'auth: { type: mtls',
      'auth: { clientSecret: x, type: mtls',
      'clientSecret — sans effet avec type: mtls',
    ],
    [
      'another validation',
      'validation: refuse',
      'validation: non',
      'fhir.dmi.validation — valeurs possibles : refuse, warn',
    ],
    [
      'rules that are not there',
      'path: /Bundle',
      'rules: x.json',
      'fhir.dmi.rules — le fichier n’existe pas',
    ],
    [
      'no delivery at all',
      'path: /Bundle',
      'limits: { parallel: 0 }',
      'fhir.dmi.limits.parallel — au moins 1',
    ],
    [
      'no time to answer',
      'path: /Bundle',
      'limits: { timeout: 5ms }',
      'fhir.dmi.limits.timeout — au moins 1s',
    ],
    ['a contract that is none', '2.0.0-ballot', 'deux', 'fhir.dui.contract — version du guide attendue'],
    ['a DUI that does nothing', /dui: \{ .*/, 'dui: {}', 'fhir.dui.url — `url` ou `receive` est requis'],
    ['a hook in the clear', 'https://app', 'http://app', 'fhir.dui.receive.hook — http:// est refusé'],
    [
      'an authorization server in the clear',
      'https://idp',
      'http://idp',
      'fhir.renacot.auth.tokenUrl — http:// est refusé',
    ],
    [
      'no authorization server',
      'tokenUrl: "https://idp.example/connect/token", ',
      '',
      'auth.tokenUrl — `tokenUrl` est requis',
    ],
    ['no client', 'clientId: x, ', '', 'renacot.auth.clientId — `clientId` est requis'],
    [
      'neither secret nor certificate',
      'clientSecret: "${RENACOT}", ',
      '',
      'auth.clientSecret — `clientSecret`, ou `cert` et `key`',
    ],
    [
      'half a certificate with oauth2',
      'clientId: x',
      'clientId: x, cert: c.pem',
      'auth.key — `cert` et `key` vont ensemble',
    ],
    [
      'another operation',
      'operation: registre',
      'operation: autre',
      'operation — valeurs possibles : registre, procedure',
    ],
    ['a rate that is none', 'rate: 5/s', 'rate: "0/s"', 'fhir.renacot.rate — cadence attendue'],
    ['a rate without period', 'rate: 5/s', 'rate: 5', 'fhir.renacot.rate — cadence attendue'],
    ['a retry without end', 'every: 24h', 'every: 1s', 'pairingRetry.every — au moins 1m attendu'],
    [
      'SAS without authority',
      /(9443.*)clientCa: ca.pem/,
      '$1',
      'fhir.sas.listen.tls.clientCa — clé requise absente',
    ],
    [
      'SAS where the façade is',
      'port: 9443',
      'port: 8443',
      'fhir.sas.listen.port — adresse d’écoute déjà utilisée',
    ],
    [
      'the façade where the administration is',
      'port: 8443',
      'port: 8080',
      'fhir.facade.port — adresse d’écoute déjà utilisée par l’administration',
    ],
    [
      'SAS where the administration is',
      'port: 9443',
      'port: 8080',
      'fhir.sas.listen.port — adresse d’écoute déjà utilisée par l’administration',
    ],
    [
      'SAS where the façade is, by another name of this machine',
      'port: 9443',
      'host: localhost, port: 8443',
      'fhir.sas.listen.port — adresse d’écoute déjà utilisée',
    ],
    [
      'a public address of the façade with a path',
      'port: 8443',
      'port: 8443, publicUrl: "https://pfi.example/fhir"',
      'fhir.facade.publicUrl — adresse sans chemin attendue',
    ],
    ['a public address in the clear', 'https://sas', 'http://sas', 'fhir.sas.publicUrl — adresse https://'],
    ['no client of SAS', /clients: \[.*?\]/, 'clients: []', 'fhir.sas.clients — au moins un élément'],
    ['a client without OU', ', ou: "3187"', '', 'fhir.sas.clients[0].ou — clé requise absente'],
    [
      'a client twice',
      'ou: "3187" }',
      'ou: "3187" }, { cn: sas.example, ou: "3187" }',
      'fhir.sas.clients[1] — valeur déjà',
    ],
    ['an agenda in the clear', 'https://agenda', 'http://agenda', 'fhir.sas.hook.url — http:// est refusé'],
    ['an unknown key', 'publicUrl', 'publicURL', 'vouliez-vous écrire « publicUrl » ?'],
    [
      'an unknown key of auth',
      'clientId: x',
      'clientId: x, clientid: y',
      'vouliez-vous écrire « clientId » ?',
    ],
  ])('refuses %s', (_, from, to, message) => {
    expect(faultsOf(changed(from, to))).toContainEqual(expect.stringContaining(message));
  });

  it('tells every fault at once, whatever stands beside', () => {
    const text = changed('name: bloc', 'name: pui')
      .replace('https://dmi', 'http://dmi')
      .replace('rate: 5/s', 'rate: vite')
      .replace('type: oauth2', 'type: autre')
      .replace('ou: "3187"', 'ou: 3187')
      .replace('hook: "https://app', 'hook: "http://app');
    expect(faultsOf(text).map(fault => fault.split(' — ', 1)[0])).toEqual([
      'fhir.callers[1].name',
      'fhir.dmi.url',
      'fhir.dui.receive.hook',
      'fhir.renacot.auth.type',
      'fhir.renacot.rate',
      'fhir.sas.clients[0].ou',
    ]);
    for (const block of [
      'non',
      '[]',
      '3',
      '{ callers: non, facade: [], dmi: 3, sas: { clients: [3], listen: 1 } }',
    ]) {
      expect(faultsOf(`\nfhir: ${block}\n`).length).toBeGreaterThan(0);
    }
    expect(
      faultsOf('\nfhir: { callers: [3, { certificate: 3, flows: 3 }], facade: { tls: 3 }, dui: 3 }\n').length,
    ).toBeGreaterThan(3);
  });
});
