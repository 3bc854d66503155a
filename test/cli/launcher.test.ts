import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../src/gateway/version.ts';
import { waitFor } from '../kit/wait.ts';
import { exists, LAUNCHER, pfi, startPfi, type Watched } from './processes.ts';
import { type Site, startSite } from './site.ts';

const folder = mkdtempSync(join(tmpdir(), 'pfi-launcher-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('bin/pfi.js', () => {
  it('runs through a link in node_modules/.bin, from anywhere', async () => {
    const bin = join(folder, 'node_modules/.bin');
    mkdirSync(bin, { recursive: true });
    symlinkSync(LAUNCHER, join(bin, 'pfi'));
    const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
    const ended = await pfi(['--version'], { program: [join(bin, 'pfi')], cwd: folder, env: { PATH: path } });
    expect(ended).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });
});

/** The Node that package.json pins: there is none for some machines. */
function pinnedNode(): string | undefined {
  try {
    return createRequire(LAUNCHER).resolve(`node-${process.platform}-${process.arch}/bin/node`);
  } catch {
    return undefined;
  }
}

describe.skipIf(pinnedNode() === undefined || !existsSync('/proc'))('bin/pfi.js on an old Node', () => {
  /** Makes bin/pfi.js believe that it runs on Node 20. */
  const old = join(folder, 'old.mjs');
  const program = [process.execPath, '--import', old, LAUNCHER];
  let site: Site;
  let daemon: Watched | undefined;

  beforeAll(async () => {
    writeFileSync(
      old,
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } });`,
    );
    site = await startSite();
  });
  afterEach(async () => {
    daemon?.signal('SIGKILL');
    await daemon?.ended;
    daemon = undefined;
  });
  afterAll(() => site.stop());

  async function run(): Promise<{ launcher: Watched; child: number }> {
    const launcher = startPfi(['run', '--config', site.config], { program });
    daemon = launcher;
    await launcher.said('gateway started');
    const { pid } = launcher.child;
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').map(Number);
    if (child === undefined || child === 0) throw new Error('the launcher has no child');
    return { launcher, child };
  }

  it('runs on the pinned one and passes its exit code on', async () => {
    expect(await pfi(['--version'], { program })).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
    expect((await pfi(['frobnicate'], { program })).code).toBe(2);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('%s reaches the gateway, which stops in good order', async name => {
    const { launcher } = await run();
    launcher.signal(name);
    expect((await launcher.ended).code).toBe(0);
    expect(launcher.log().filter(({ msg }) => msg === 'gateway stopping')).toHaveLength(1);
    expect(launcher.log().at(-1)).toMatchObject({ msg: 'gateway stopped' });
  });

  it('a Ctrl-C, which reaches both, stops it once and in good order', async () => {
    const { launcher, child } = await run();
    process.kill(child, 'SIGINT');
    launcher.signal('SIGINT');
    process.kill(child, 'SIGINT');
    const { code, stderr } = await launcher.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(launcher.log().at(-1)).toMatchObject({ msg: 'gateway stopped' });
  });

  it('SIGHUP reaches the gateway', async () => {
    const { launcher } = await run();
    launcher.signal('SIGHUP');
    await launcher.said('configuration taken up');
    expect(launcher.stderr()).toBe('');
  });

  it('kill -9 leaves no gateway behind: it stops by itself, in good order', async () => {
    const { launcher, child } = await run();
    launcher.signal('SIGKILL');
    await waitFor(() => !exists(child), { timeoutMs: 20_000 });
    await launcher.ended;
    expect(launcher.log().at(-1)).toMatchObject({ msg: 'gateway stopped' });
  });

  it('a gateway that is killed is told by 137', async () => {
    const { launcher, child } = await run();
    process.kill(child, 'SIGKILL');
    expect((await launcher.ended).code).toBe(137);
  });

  it('says in French what is missing where there is no pinned Node', async () => {
    const copy = join(folder, 'bin/pfi.js');
    mkdirSync(dirname(copy));
    writeFileSync(copy, readFileSync(LAUNCHER));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const child = spawn(process.execPath, ['--import', old, copy], { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', text => (stderr += text));
    const [code] = await once(child, 'close');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^pfi demande Node 24\.15 ou plus récent\. Celui-ci est le 20\.20\.2/);
  });
});
