import { describe, expect, it } from 'vitest';
import { VERSION } from '../../src/gateway/version.ts';
import { failureOf } from '../../src/cli/failure.ts';
import { called } from './called.ts';
import { pfi } from './processes.ts';

const COMMANDS = [
  'demo',
  'run',
  'check',
  'status',
  'inspect',
  'send',
  'exchanges',
  'exchanges list',
  'exchanges show',
  'exchanges retry',
  'exchanges abandon',
];

const ENGLISH =
  /\b(usage:|options:|commands:|arguments:|default:|env:|display|output the|error:|missing|unknown|did you mean)/i;

describe('help', () => {
  it('tells every command, in French', async () => {
    const { code, stdout, stderr } = await pfi(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toMatch(ENGLISH);
    for (const command of ['demo', 'run', 'check', 'status', 'inspect', 'send', 'exchanges']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
    }
  });

  it.each(COMMANDS)('of %s is French and says what it does', async command => {
    const { code, stdout, stderr } = await called([...command.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage : pfi ${command}\\b`));
    expect(stdout).not.toMatch(ENGLISH);
    expect(stdout).not.toContain("'");
  });

  it('tells the version', async () => {
    expect(await pfi(['--version'])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });
});

describe('a command line that cannot be read', () => {
  it('ends the process with 2', async () => {
    const { code, stdout, stderr } = await pfi(['frobnicate']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe('Commande inconnue : frobnicate.\nAide : pfi --help\n');
  });

  it.each([
    ['frobnicate', 'Commande inconnue : frobnicate.', 'pfi --help'],
    ['exchnges list', 'Commande inconnue : exchnges. Vouliez-vous écrire : exchanges ?', 'pfi --help'],
    ['exchanges lits', 'Commande inconnue : lits. Vouliez-vous écrire : list ?', 'pfi exchanges --help'],
    ['--frob', 'Option inconnue : --frob.', 'pfi --help'],
    ['run --confg x', 'Option inconnue : --confg. Vouliez-vous écrire : --config ?', 'pfi run --help'],
    ['run --config', 'Il manque une valeur à l’option -c, --config <fichier>.', 'pfi run --help'],
    ['run twice', 'Il y a trop d’arguments.', 'pfi run --help'],
    ['inspect', 'Il manque un argument : <fichier>.', 'pfi inspect --help'],
    ['exchanges abandon 0', 'Il manque l’option --reason <motif>.', 'pfi exchanges abandon --help'],
    [
      'exchanges list --limit abc',
      'Option --limit <nombre> : valeur incorrecte. Un nombre entier de 1 à 10000 est attendu.',
      'pfi exchanges list --help',
    ],
    ['exchanges list --limit 0', 'valeur incorrecte', 'pfi exchanges list --help'],
    ['exchanges list --limit 1e3', 'valeur incorrecte', 'pfi exchanges list --help'],
  ])('%s: exit 2 and what is wrong, in French', async (line, message, help) => {
    const { code, stdout, stderr } = await called(line.split(' '));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().endsWith(`Aide : ${help}`)).toBe(true);
    expect(stderr).not.toMatch(ENGLISH);
  });

  it.each([[''], ['exchanges']])('%s alone shows the help on the error output', async line => {
    const { code, stdout, stderr } = await called(line.split(' ').filter(Boolean));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Commandes :');
  });

  it.each([['status --frob'], ['status --age 30'], ['status --age soon'], ['status frob']])(
    '%s is unknown to a monitor, never critical',
    async line => {
      const { code, stdout, stderr } = await called(line.split(' '));
      expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
      expect(stdout).toMatch(/^PFI UNKNOWN - .*\n$/);
    },
  );
});

describe('a configuration that cannot be used', () => {
  it.each(['run', 'check', 'exchanges list', 'exchanges show 0', 'exchanges retry 0'])(
    '%s: exit 2 and the path',
    async line => {
      const { code, stdout, stderr } = await called([...line.split(' '), '--config', '/nowhere/pfi.yaml']);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^CFG-002 : .* \/nowhere\/pfi\.yaml\.\n/);
    },
  );

  it('is JSON for a program', async () => {
    const { code, stdout } = await called(['check', '--json', '--config', '/nowhere/pfi.yaml']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CFG-002' } });
  });

  it('is unknown to a monitor', async () => {
    const { code, stdout, stderr } = await called(['status', '--config', '/nowhere/pfi.yaml']);
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(stdout).toMatch(/^PFI UNKNOWN - Le fichier de configuration ne peut pas être lu\./);
  });
});

describe('an error that nobody foresaw', () => {
  it('is told by its kind and origin, never by its message', () => {
    const { exitCode, text, data } = failureOf(new RangeError('LEGRAND Odette\nnée en 1931'), 'pfi check');
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^GEN-001 : Une erreur imprévue s’est produite/);
    expect(text).toContain('usage.test.ts');
    expect(text + JSON.stringify(data)).not.toMatch(/LEGRAND|1931/);
  });
});
