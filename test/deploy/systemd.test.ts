import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const settings = new Map<string, string[]>();
for (const line of readFileSync('deploy/pfi-gateway.service', 'utf8').split('\n')) {
  const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
  if (key !== undefined) settings.set(key, [...(settings.get(key) ?? []), value ?? '']);
}

describe('deploy/pfi-gateway.service', () => {
  it.each([
    ['User', 'pfi'],
    ['ProtectSystem', 'strict'],
    ['ProtectHome', 'true'],
    ['NoNewPrivileges', 'true'],
    ['PrivateTmp', 'true'],
    ['CapabilityBoundingSet', ''],
    ['StateDirectory', 'pfi'],
    ['StateDirectoryMode', '0700'],
    ['UMask', '0077'],
    ['Restart', 'on-failure'],
    ['RestartPreventExitStatus', '2'],
    ['ExecReload', '/bin/kill -HUP $MAINPID'],
  ])('%s=%s', (key, value) => {
    expect(settings.get(key)).toEqual([value]);
  });

  it('starts the gateway on the runtime that package.json pins', () => {
    const [command = ''] = settings.get('ExecStart') ?? [];
    expect(command).toMatch(/node_modules\/\.bin\/node \S+\/bin\/pfi\.js run --config \S+$/);
  });

  it('waits for what is on the wire, and keeps V8 able to compile', () => {
    expect(Number.parseInt(settings.get('TimeoutStopSec')?.[0] ?? '', 10)).toBeGreaterThan(30);
    expect(settings.has('MemoryDenyWriteExecute')).toBe(false);
  });
});
