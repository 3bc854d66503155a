import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** The image's /app, without npm: what `npm run build` emits, beside bin/ and the production tree. */
describe('npm run build', () => {
  const app = mkdtempSync(join(tmpdir(), 'pfi-build-'));

  beforeAll(() => {
    const emit = ['-p', 'tsconfig.build.json', '--outDir', join(app, 'dist')];
    execFileSync('node_modules/.bin/tsc', emit, { stdio: 'inherit' });
    for (const path of ['bin', 'config', 'package.json']) cpSync(path, join(app, path), { recursive: true });
    symlinkSync(resolve('node_modules'), join(app, 'node_modules'));
  });

  afterAll(() => rmSync(app, { recursive: true }));

  it('emits modules that Node runs without the sources', () => {
    const script = `
      import { loadConfig } from ${JSON.stringify(join(app, 'dist/src/config/load.js'))};
      const key = Buffer.alloc(32).toString('base64');
      const { config } = loadConfig('config/pfi.example.yaml', { BAL_PASSWORD: 'x', PFI_JOURNAL_KEY: key });
      process.stdout.write(config.mailboxes[0].name);
    `;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: app });
    expect(printed.toString()).toBe('urologie');
  });
});

describe('bin/pfi.js', () => {
  it('starts the build where there are no sources', () => {
    const app = mkdtempSync(join(tmpdir(), 'pfi-bin-'));
    try {
      for (const path of ['bin', 'package.json']) cpSync(path, join(app, path), { recursive: true });
      mkdirSync(join(app, 'dist/src/cli'), { recursive: true });
      writeFileSync(
        join(app, 'dist/src/cli/main.js'),
        'process.stdout.write(process.argv.slice(2).join(" "));',
      );
      const printed = execFileSync(process.execPath, [join(app, 'bin/pfi.js'), 'run', '--json']);
      expect(printed.toString()).toBe('run --json');
    } finally {
      rmSync(app, { recursive: true });
    }
  });
});
