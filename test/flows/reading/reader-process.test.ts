import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../kit/wait.ts';

/** What becomes of a reader's process when a real gateway process is signalled or killed (docs/decisions/006). */

const GATEWAY = `
  import { documentMail } from './samples/kit/mail.ts';
  import { createReader } from './src/flows/reading/reader.ts';
  const limits = { entries: 500, memberBytes: 1e8, totalBytes: 2e8, ratio: 200 };
  const reader = createReader({ limits, deadlineMs: 25_000, memoryMb: 256, processes: 1 });
  const read = async () => console.log('reading' in await reader.read(documentMail()) ? 'read' : 'unfinished');
  await read();
  if (process.argv.includes('stays')) process.stdin.on('data', read);
`;

function startParent(...args: string[]): ChildProcess {
  return spawn(process.execPath, ['--input-type=module', '-e', GATEWAY, ...args], {
    env: { ...process.env, PFI_SECRET: 'mot-de-passe' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

async function nextLine(parent: ChildProcess): Promise<string> {
  const [data] = (await once(parent.stdout ?? parent, 'data')) as [Buffer];
  return data.toString().trim();
}

it('keeps nobody from ending once its mail is read', async () => {
  const parent = startParent();
  const [line, [code]] = await Promise.all([nextLine(parent), once(parent, 'exit')]);
  expect([line, code]).toEqual(['read', 0]);
});

describe.skipIf(platform() !== 'linux')('the process of a gateway', () => {
  let parent: ChildProcess;
  let child: number;
  beforeEach(async () => {
    parent = startParent('stays');
    await nextLine(parent);
    child = Number(readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8'));
  });
  afterEach(() => void parent.kill('SIGKILL'));

  it('is there, and holds none of its secrets', () => {
    expect(child).toBeGreaterThan(0);
    expect(readFileSync(`/proc/${parent.pid}/environ`, 'utf8')).toContain('mot-de-passe');
    expect(readFileSync(`/proc/${child}/environ`, 'utf8')).not.toContain('mot-de-passe');
  });

  it('ends with it, though it was killed', async () => {
    parent.kill('SIGKILL');
    await waitFor(() => !existsSync(`/proc/${child}`), { what: 'the end of the process' });
    expect(existsSync(`/proc/${child}`)).toBe(false);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'reads on after %s, which a service manager sends to all',
    async signal => {
      process.kill(child, signal);
      parent.stdin?.write('again\n');
      expect(await nextLine(parent)).toBe('read');
      expect(existsSync(`/proc/${child}`)).toBe(true);
    },
  );
});
