#!/usr/bin/env node
// Starts the command line on a Node that carries node:sqlite and strips types: the running one when it is recent
// enough, else the one that package.json pins (its binary lies inside an npm package). Runs without a build.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const NEEDED = [24, 15];

const source = new URL('../src/cli/main.ts', import.meta.url);
const built = new URL('../dist/src/cli/main.js', import.meta.url);
const entry = existsSync(source) ? source : built;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  await import(entry.href);
} else {
  await runOnPinnedNode();
}

async function runOnPinnedNode() {
  const name = `node-${process.platform}-${process.arch}`;
  let pinned;
  try {
    pinned = createRequire(import.meta.url).resolve(`${name}/bin/node`);
  } catch {
    process.stderr.write(
      `pfi needs Node ${NEEDED.join('.')} or newer; this is ${process.versions.node} and the package ${name} is not installed\n`,
    );
    process.exit(2);
  }
  const child = spawn(pinned, [fileURLToPath(entry), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGKILL' ? 137 : 1);
  });
}
