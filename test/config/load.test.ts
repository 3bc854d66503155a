import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { type ConfigFault, configFaults } from '../../src/config/report.ts';
import { GatewayError } from '../../src/errors/gateway-error.ts';
import { ENVIRONMENT, MINIMAL, temporaryFolder, writeConfig } from './sample.ts';

function failure(path: string, environment: Record<string, string> = ENVIRONMENT): GatewayError {
  try {
    loadConfig(path, environment);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

/** The faults of a text as `line:column path — message`. */
function faultsOf(text: string, beside: Record<string, string> = {}): string[] {
  return configFaults(failure(writeConfig(text, beside))).map(render);
}

function render({ line, column, path, message }: ConfigFault): string {
  return `${line}:${column} ${path} — ${message}`;
}

/** The application sends requests too: what is said beside its `accept`, and in it. */
function sending(text: string, beside: string, within = '', mllp = 'port: 6662'): string {
  const accept = `accept: { mllp: { ${mllp} }${within} }`;
  return text.replace('deliver: {', [accept, beside, 'deliver: {'].filter(Boolean).join('\n    '));
}

describe('loadConfig', () => {
  it('applies every default to a minimal file', () => {
    const { config } = loadConfig(writeConfig(MINIMAL), ENVIRONMENT);
    expect(config.mailboxes[0]).toMatchObject({
      folders: { inbox: 'INBOX', done: 'Traites', failed: 'Erreurs', other: 'Autres' },
      poll: 60_000,
      imap: { tls: 'starttls', auth: 'password', password: 'mot de passe', allowInsecure: false },
      notify: { success: 'requested', failure: 'requested-or-error-mail', maxSize: 20 * 1024 ** 2 },
    });
    expect(config.applications[0]).toMatchObject({
      deliver: { parallel: 4, timeout: 30_000 },
      retry: { first: 1000, factor: 2, max: 300_000, giveUpAfter: 72 * 3_600_000 },
      masked: 'hold',
    });
    expect(config.retention).toEqual({ payloads: 7 * 86_400_000, history: 1095 * 86_400_000 });
    expect(config.limits.archive).toEqual({
      entries: 500,
      member: 37 * 1024 ** 2,
      total: 80 * 1024 ** 2,
      ratio: 200,
    });
    expect(config.admin).toEqual({ host: '127.0.0.1', port: 8080 });
  });

  it('takes relative paths from the folder of the file', () => {
    const path = writeConfig(
      MINIMAL.replace('host: localhost, port: 11143', 'host: imap, port: 143, ca: ca.pem').replace(
        'mllp: { host: 127.0.0.1, port: 6661 }',
        'directory: { path: ../echange }',
      ),
      { 'ca.pem': 'PEM' },
    );
    const folder = dirname(path);
    const { config, path: loaded } = loadConfig(path, ENVIRONMENT);
    expect(loaded).toBe(path);
    expect(config.journal.url).toBe(`sqlite:${join(folder, 'data/journal.db')}`);
    expect(config.mailboxes[0]?.imap.ca).toBe(join(folder, 'ca.pem'));
    expect(config.applications[0]?.deliver.directory?.path).toBe(join(dirname(folder), 'echange'));
  });

  it('leaves an absolute path as it is', () => {
    const url = 'sqlite:/var/lib/pfi/journal.db';
    const text = MINIMAL.replace('sqlite:./data/journal.db', url);
    expect(loadConfig(writeConfig(text), ENVIRONMENT).config.journal.url).toBe(url);
  });

  it('follows anchors and merge keys', () => {
    const text = MINIMAL.replace('imap: {', 'imap: &server {').replace(
      /smtp: \{.*\}/,
      'smtp: { <<: *server, port: 11587 }',
    );
    const box = loadConfig(writeConfig(text), ENVIRONMENT).config.mailboxes[0];
    expect(box?.smtp).toEqual({ ...box?.imap, port: 11587 });
  });

  it('replaces variables inside a text, and never in what a variable brought', () => {
    const text = MINIMAL.replace('name: CHU X', 'name: "CHU ${VILLE}, ${PAYS}"');
    const { config } = loadConfig(writeConfig(text), { ...ENVIRONMENT, VILLE: '${PAYS}', PAYS: 'France' });
    expect(config.establishment.name).toBe('CHU ${PAYS}, France');
  });
});

describe('ports', () => {
  it('may come from the environment', () => {
    const text = MINIMAL.replace('port: 6661', 'port: "${DPI_PORT}"');
    const { config } = loadConfig(writeConfig(text), { ...ENVIRONMENT, DPI_PORT: '6661' });
    expect(config.applications[0]?.deliver.mllp?.port).toBe(6661);
    expect(() => loadConfig(writeConfig(text), { ...ENVIRONMENT, DPI_PORT: '70000' })).toThrow('CFG-001');
  });
});

describe('what is wrong in a configuration', () => {
  it('is told all at once, in the order of the file, each with its place', () => {
    const text = MINIMAL.replace('finess: "120456789"', 'finess: 120456789')
      .replace('product:', 'produit: {}\nproduct:')
      .replace('port: 11143', 'port: 70000, ca: absent.pem')
      .replace('password: "${BAL_PASSWORD}"', 'password: "${ABSENTE}"')
      .replace('application: dpi\n', 'application: dpo\n    poll: 60\n')
      .replace('facility: CHU_X }\n    deliver', 'charset: latin1 }\n    delivery: {}\n    deliver')
      .replace('gateway:', 'log: { level: "" }\ngateway:');
    expect(faultsOf(text)).toEqual([
      '2:31 establishment.finess — texte attendu : mettez la valeur entre guillemets',
      '3:1 produit — clé inconnue ; vouliez-vous écrire « product » ?',
      '9:30 mailboxes[0].imap.port — au plus 65535 attendu',
      '9:43 mailboxes[0].imap.ca — le fichier n’existe pas ou ne peut pas être lu',
      '9:70 mailboxes[0].imap.password — la variable d’environnement ABSENTE n’est pas définie',
      '11:5 mailboxes[0].application — l’application « dpo » n’est pas décrite dans `applications`',
      '12:5 mailboxes[0].poll — durée attendue, par exemple 30s, 5m, 24h ou 7d',
      '15:5 applications[0].hl7.facility — clé requise absente',
      '15:30 applications[0].hl7.charset — valeurs possibles : UNICODE UTF-8, 8859/15',
      '16:5 applications[0].delivery — clé inconnue ; vouliez-vous écrire « deliver » ?',
      '18:8 log.level — valeurs possibles : trace, debug, info, warn, error',
    ]);
  });

  it.each<[string, (text: string) => string, string]>([
    ['a tab', text => text.replace('  - name: urologie', '\t- name: urologie'), 'tabulation'],
    ['a key given twice', text => `${text}\ngateway: { application: A, facility: B }`, 'deux fois'],
    ['an open quote', text => text.replace('nil: DEV000000', 'nil: "DEV000000'), 'caractère manquant'],
    ['an unknown alias', text => text.replace('nil: DEV000000', 'nil: *rien'), 'alias'],
    ['an unknown tag', text => text.replace('nil: DEV000000', 'nil: !secret x'), 'étiquette'],
    ['an empty file', () => '', 'bloc de clés attendu'],
    ['a document that ends itself', text => `${text}...\n---\nautre: 1`, 'un seul document'],
    ['only a comment', () => '# rien\n', 'bloc de clés attendu'],
    ['a key far from any other', text => `${text}\nwhatever: 1`, 'clés possibles : establishment, product'],
    [
      'a short key that is near nothing',
      text => text.replace('nil:', 'xyz: 1, nil:'),
      'clés possibles : nil, name',
    ],
    [
      'a number in quotes',
      text => text.replace('deliver: {', 'deliver: { parallel: "4",'),
      'nombre attendu, sans guillemets',
    ],
    ['a journal that forgets', text => text.replace('./data/journal.db', ':memory:'), 'sqlite:CHEMIN'],
    [
      'contents that go before anybody could look',
      text => `${text}\nretention: { payloads: 59m }`,
      'retention.payloads — au moins 1h attendu',
    ],
    [
      'a history that forgets what repeated mails are known by',
      text => `${text}\nretention: { payloads: 1h, history: 23h }`,
      'retention.history — au moins 1d attendu',
    ],
    [
      'contents kept for longer than their history',
      text => `${text}\nretention: { payloads: 8d, history: 7d }`,
      'retention.history — pas moins que `payloads` attendu',
    ],
    [
      'requests that are forgotten while they may come again',
      text => `${sending(text, 'mailbox: urologie', ', window: 31d')}\nretention: { history: 30d }`,
      'applications[0].accept.window — pas plus que `retention.history` attendu',
    ],
    [
      'requests whose mails leave from nowhere',
      text => sending(text, ''),
      'applications[0].mailbox — `mailbox` est requis avec `accept`',
    ],
    [
      'requests whose mails leave from an unknown mailbox',
      text => sending(text, 'mailbox: cardio'),
      'applications[0].mailbox — la boîte « cardio » n’est pas décrite dans `mailboxes`',
    ],
    [
      'requests from an establishment without its identifier',
      text => sending(text, 'mailbox: urologie').replace(', structureId: "1120456789"', ''),
      'establishment.structureId — `structureId` est requis',
    ],
    [
      'requests taken in no time',
      text => sending(text, 'mailbox: urologie', '', 'port: 6662, idle: 999ms'),
      'applications[0].accept.mllp.idle — au moins 1s attendu',
    ],
    [
      'requests of no size',
      text => `${text}\nlimits: { request: 65535B }`,
      'limits.request — au moins 64KB attendu',
    ],
    [
      'reports that are late at once',
      text => `${text}\noutgoing: { report: 0s }`,
      'outgoing.report — au moins 1s attendu',
    ],
    ['a bad size', text => `${text}\nlimits: { mail: 50 }`, 'taille attendue'],
    [
      'no mailbox',
      text => text.replace(/mailboxes:[^]*applications:/, 'mailboxes: []\napplications:'),
      'au moins un élément',
    ],
    [
      'a mailbox that is nothing',
      text => text.replace('applications:', '  -\napplications:'),
      'bloc de clés attendu',
    ],
    [
      'the same mailbox twice',
      text =>
        text
          .replace(/(mailboxes:\n)([^]*)(applications:)/, '$1$2$2$3')
          .replace('address: dpi', 'address: autre'),
      'déjà utilisée',
    ],
    [
      'a password forgotten',
      text => text.replace(/, password: "[^"]*"/, ''),
      '`user` et `password` sont requis',
    ],
    ['a token forgotten', text => text.replace('user: dpi', 'auth: xoauth2, user: dpi'), '`accessToken`'],
    [
      'a certificate forgotten',
      text => text.replace('user: dpi', 'auth: external, user: dpi'),
      '`clientCertificate`',
    ],
    [
      'mail in clear over the network',
      text => text.replace('host: localhost', 'tls: none, host: mail.example'),
      'tls: none est refusé',
    ],
    [
      'a name that only looks like loopback',
      text => text.replace('host: localhost', 'tls: none, host: 127.example'),
      'tls: none est refusé',
    ],
    [
      'two ways to an application',
      text => text.replace('mllp:', 'directory: { path: x }, mllp:'),
      'un seul de',
    ],
    ['no way to an application', text => text.replace(/deliver: .*/, 'deliver: {}'), 'un seul de'],
    [
      'a password in an address',
      text => text.replace(/mllp: \{[^}]*\}/, 'http: { url: "https://u:p@h/" }'),
      'pas de mot de passe dans l’adresse',
    ],
    [
      'an address that is not one',
      text => text.replace(/mllp: \{[^}]*\}/, 'http: { url: "ftp://h/" }'),
      'adresse http:// ou https://',
    ],
    [
      'two folders alike',
      text =>
        text.replace('    application: dpi', '    folders: { done: A, failed: A }\n    application: dpi'),
      'quatre dossiers',
    ],
    [
      'a sealing key that is too short',
      text => text.replace('journal.db"', 'journal.db", key: c2hvcnQ='),
      '32 octets en base64',
    ],
    [
      'a secret of the wrong shape',
      text => text.replace('"${BAL_PASSWORD}"', '1234'),
      'texte (entre guillemets) ou { file: CHEMIN }',
    ],
    [
      'a secret file that is absent',
      text => text.replace('"${BAL_PASSWORD}"', '{ file: secret.txt }'),
      'le fichier n’existe pas',
    ],
    [
      'a variable without a name',
      text => text.replace('${BAL_PASSWORD}', '${mot de passe}'),
      'nom d’une variable',
    ],
  ])('%s', (_, change, message) => {
    const faults = faultsOf(change(MINIMAL));
    expect(faults).toEqual([expect.stringContaining(message)]);
  });

  describe('where it would listen', () => {
    const second = (mllp: string, name = 'sgl'): string => `  - name: ${name}
    hl7: { application: SGL, facility: CHU_X }
    deliver: { directory: { path: . } }
    accept: { mllp: { ${mllp} } }
    mailbox: urologie
`;
    /** Where the DPI sends its requests, another application its own, and the administration looks on. */
    const listening = (dpi: string, other?: string, admin?: string): string => {
      const text = sending(MINIMAL, 'mailbox: urologie', '', dpi);
      const others = other === undefined ? '' : second(other);
      const more = admin === undefined ? '' : `admin: { ${admin} }\n`;
      return text.replace('gateway:', `${others}${more}gateway:`);
    };

    const taken = 'applications[1].accept.mllp.port — adresse d’écoute déjà utilisée plus haut';
    const admins =
      'applications[0].accept.mllp.port — adresse d’écoute déjà utilisée par l’administration (`admin`)';
    const itself =
      'applications[0].accept.mllp.port — adresse de remise (`deliver.mllp`) d’une application : la passerelle s’écrirait à elle-même';

    it.each<[string, string, string]>([
      ['another application listens', listening('port: 6662', 'port: 6662'), taken],
      ['another listens on all', listening('port: 6662', 'host: 0.0.0.0, port: 6662'), taken],
      ['another listens, itself on all', listening('host: "::", port: 6662', 'port: 6662'), taken],
      ['another listens by name', listening('host: LOCALHOST, port: 6662', 'host: "::1", port: 6662'), taken],
      ['the administration listens', listening('port: 8081', undefined, 'port: 8081'), admins],
      ['the administration listens by default', listening('port: 8080'), admins],
      [
        'the administration listens on all',
        listening('host: 10.0.0.5, port: 8081', undefined, 'host: "::", port: 8081'),
        admins,
      ],
      ['it delivers to', listening('port: 6661'), itself],
      ['it delivers to, by name', listening('host: localhost, port: 6661'), itself],
      ['it delivers to, on all', listening('host: 0.0.0.0, port: 6661'), itself],
    ])('refuses the address that %s', (_, text, fault) => {
      expect(faultsOf(text)).toEqual([expect.stringContaining(fault)]);
    });

    it('refuses the address that another application is delivered to', () => {
      const text = MINIMAL.replace('gateway:', `${second('port: 6661')}gateway:`);
      expect(faultsOf(text)).toEqual([
        expect.stringContaining(
          'applications[1].accept.mllp.port — adresse de remise (`deliver.mllp`) d’une application',
        ),
      ]);
    });

    it.each<[string, string]>([
      ['on other ports', listening('port: 6662', 'port: 6663', 'port: 6664')],
      [
        'on one port of different addresses',
        listening('host: 10.0.0.5, port: 6662', 'host: 10.0.0.6, port: 6662', 'host: 127.0.0.1, port: 6662'),
      ],
      [
        'on all, at the port that another machine is delivered to',
        listening('host: 0.0.0.0, port: 6661').replace(
          'host: 127.0.0.1, port: 6661',
          'host: dpi.chu-x.example, port: 6661',
        ),
      ],
    ])('allows it %s', (_, text) => {
      expect(() => loadConfig(writeConfig(text), ENVIRONMENT)).not.toThrow();
    });

    it('is not led astray by other faults there', () => {
      for (const wrong of [
        'accept: 6661',
        'accept: { mllp: 6661 }',
        'accept: [ { mllp: { port: 6661 } } ]',
      ]) {
        const text = MINIMAL.replace('deliver: {', `${wrong}\n    mailbox: urologie\n    deliver: {`);
        expect(faultsOf(text)).toEqual([expect.stringContaining('applications[0].accept')]);
      }
      expect(faultsOf(listening('port: 6662', undefined, 'port: 70000'))).toEqual([
        expect.stringContaining('admin.port — au plus 65535 attendu'),
      ]);
    });
  });

  it('names Latin-1 for what it is', () => {
    const path = writeConfig(Buffer.from(MINIMAL.replace('CHU X', 'Hôpital'), 'latin1'));
    expect(configFaults(failure(path))).toEqual([
      { path: '', line: 2, column: 25, message: 'le fichier doit être enregistré en UTF-8' },
    ]);
  });

  it('refuses a folder where a file is expected', () => {
    const path = writeConfig(MINIMAL.replace('port: 11143', 'port: 143, ca: autorites'));
    mkdirSync(join(dirname(path), 'autorites'));
    expect(configFaults(failure(path))).toHaveLength(1);
  });

  it('refuses aliases that multiply', () => {
    const lines = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (const [below, name] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg'].map(pair => pair.split(''))) {
      lines.push(`${name}: &${name} [${Array<string>(9).fill(`*${below}`).join(',')}]`);
    }
    expect(faultsOf(lines.join('\n'))).toEqual([expect.stringContaining('alias')]);
  });

  it('survives an alias that refers to itself', () => {
    expect(faultsOf(`${MINIMAL}\nboucle: &b { encore: *b }`)).toEqual([
      expect.stringContaining('clé inconnue'),
    ]);
    const inside = MINIMAL.replace('establishment: {', 'establishment: &e { finess2: *e,');
    expect(faultsOf(inside)).toEqual([expect.stringContaining('clé inconnue')]);
  });

  it('points at the anchor, where the mending is to be done', () => {
    const text = MINIMAL.replace('imap: {', 'imap: &server {')
      .replace('port: 11143', 'port: "x"')
      .replace(/smtp: \{.*\}/, 'smtp: *server');
    expect(faultsOf(text)).toEqual([
      '8:38 mailboxes[0].imap.port — port attendu : un nombre de 1 à 65535',
      '8:38 mailboxes[0].smtp.port — port attendu : un nombre de 1 à 65535',
    ]);
  });

  it('never repeats a value: it could be a secret', () => {
    const text = MINIMAL.replaceAll('"${BAL_PASSWORD}"', '{ fichier: S3cret }')
      .replace('nil: DEV000000', 'nil: *S3cret')
      .replace('port: 11143', 'port: S3cret');
    const error = failure(writeConfig(text));
    expect(error.code).toBe('CFG-001');
    expect(`${error.publicText} ${JSON.stringify(error.fields)}`).not.toContain('S3cret');
    const shapes = failure(writeConfig(text.replace('*S3cret', 'DEV1')));
    expect(configFaults(shapes).length).toBeGreaterThan(1);
    expect(shapes.publicText).not.toContain('S3cret');
  });

  it('prints a line a fault under the reason', () => {
    const path = writeConfig(MINIMAL.replace('port: 6661', 'port: 0'));
    expect(failure(path).publicText).toBe(
      `La configuration n’est pas valide. 1 faute :\n${path}:14:41 — applications[0].deliver.mllp.port : au moins 1 attendu`,
    );
  });

  it('is CFG-002 when there is no such file, with no list', () => {
    const error = failure(join(temporaryFolder(), 'absent.yaml'));
    expect(error.code).toBe('CFG-002');
    expect(configFaults(error)).toEqual([]);
  });
});
