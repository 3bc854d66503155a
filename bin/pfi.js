#!/usr/bin/env node
// Starts the command line on a Node that carries node:sqlite and strips types: the running one when it is recent
// enough, else the one that package.json pins (its binary lies inside an npm package). Runs without a build.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const NEEDED = [24, 15];

const source = new URL('../src/cli/main.ts', import.meta.url);
const built = new URL('../dist/src/cli/main.js', import.meta.url);
const entry = existsSync(source) ? source : built;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  await import(entry.href);
} else {
  runOnPinnedNode();
}

function runOnPinnedNode() {
  const name = `node-${process.platform}-${process.arch}`;
  let pinned;
  try {
    pinned = createRequire(import.meta.url).resolve(`${name}/bin/node`);
  } catch {
    process.stderr.write(
      `pfi demande Node ${NEEDED.join('.')} ou plus récent. Celui-ci est le ${process.versions.node}, et le paquet npm ${name}, qui en apporte un, n’est pas installé.\n`,
    );
    process.exit(2);
  }
  // The channel carries nothing. Its end tells the child that this process is gone, even by a `kill -9`: it then stops
  // in good order (src/cli/signals.ts) instead of running on unnoticed.
  const child = spawn(pinned, [fileURLToPath(entry), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // A Ctrl-C reaches the child from the terminal too; that a signal comes twice is nothing to it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', error => {
    process.stderr.write(`pfi : ${pinned} ne peut pas être lancé (${error.code}).\n`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}
