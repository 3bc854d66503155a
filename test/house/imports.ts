import { posix } from 'node:path';

/**
 * The direction of imports (docs/design.md §2): what each room of `src/` may import beside itself. An entry is a room or one
 * file of a room.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  basics: [],
  formats: ['errors'],
  peers: ['errors', 'basics', 'formats'],
  journal: ['errors', 'basics', 'peers/interfaces.ts'],
  config: ['errors', 'peers/interfaces.ts'],
  flows: ['errors', 'basics', 'formats', 'journal', 'peers/interfaces.ts'],
  admin: ['errors', 'basics', 'journal', 'config/schema.ts', 'peers/interfaces.ts'],
  gateway: ['errors', 'basics', 'formats', 'peers', 'journal', 'config', 'flows', 'admin'],
  sandbox: ['errors', 'basics', 'formats', 'peers', 'samples'],
  cli: ['errors', 'basics', 'formats', 'peers', 'journal', 'config', 'flows', 'admin', 'gateway', 'sandbox'],
};

/** The demonstration plays the samples through the real daemon, on ports that it finds free. */
const DEMO = /^src\/cli\/demo(-[a-z-]+)?\.ts$/;

/** Modules of Node that do I/O or read the machine; formats and errors are pure and have none of them. */
const IMPURE =
  /^node:(fs|net|tls|http|https|http2|dns|dgram|child_process|cluster|worker_threads|os|process|timers|readline|sqlite)\b/;
const PURE_ROOMS = new Set(['errors', 'formats']);

/** Sockets live in peers (what we call) and admin (what calls us); the sandbox plays the other side. */
const SOCKETS = /^node:(net|tls|http|https|http2|dns|dgram)$/;
const SOCKET_ROOMS = new Set(['peers', 'admin', 'sandbox']);

const SPECIFIERS = [
  /^[ \t]*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]/gm,
  /^[ \t]*import\s*['"]([^'"]+)['"]/gm,
  /\b(?:import|require|require\.resolve)\(\s*['"]([^'"]+)['"]/g,
  /\bnew URL\(\s*['"]([^'"]+\.[jt]s)['"]\s*,\s*import\.meta\.url/g,
];

/** Everything that a source text imports, re-exports, loads or starts as a worker. */
export function specifiersOf(text: string): string[] {
  return SPECIFIERS.flatMap(pattern => [...text.matchAll(pattern)].map(([, specifier = '']) => specifier));
}

/** What is wrong with the imports of one file; `file` is relative to the repository, as `src/flows/x.ts`. */
export function brokenImports(file: string, text: string): string[] {
  const room = roomOf(file);
  const allowed = MAY_IMPORT[room];
  if (allowed === undefined) return [`${file}: src/${room} has no rule in MAY_IMPORT`];
  const rooms = [room, ...allowed, ...(DEMO.test(file) ? ['samples'] : [])];
  return specifiersOf(text)
    .filter(specifier => !isAllowed(specifier, file, room, rooms))
    .map(specifier => `${file} must not import ${specifier}`);
}

function isAllowed(specifier: string, file: string, room: string, allowed: readonly string[]): boolean {
  if (IMPURE.test(specifier) && PURE_ROOMS.has(room)) return false;
  if (SOCKETS.test(specifier) && !SOCKET_ROOMS.has(room) && !DEMO.test(file)) return false;
  if (!specifier.startsWith('.')) return true;
  const target = posix.join(posix.dirname(file), specifier);
  return allowed.includes(roomOf(target)) || allowed.includes(target.replace(/^src\//, ''));
}

/** `flows` for src/flows/x.ts, `samples` for samples/x.ts. */
function roomOf(path: string): string {
  const [top = '', below = ''] = path.split('/');
  return top === 'src' ? below.replace(/\.ts$/, '') : top;
}
