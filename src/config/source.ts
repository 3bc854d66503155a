import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { ConfigFault } from './report.ts';
import type { ConfigPath } from './shape.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration file as written: its values, and where each of them stands. */
export interface ConfigSource {
  /** The values with `${ENV}` replaced; undefined where the YAML itself is broken. */
  readonly values: unknown;
  readonly faults: readonly ConfigFault[];
  /** A fault at a place, or at the nearest block around it that the file holds. */
  at(path: ConfigPath, message: string): ConfigFault;
}

const SYNTAX: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'alias (*) incorrect',
  BAD_INDENT: 'décalage (indentation) incorrect',
  BLOCK_AS_IMPLICIT_KEY: 'décalage (indentation) incorrect, ou guillemets manquants',
  DUPLICATE_KEY: 'clé présente deux fois dans le même bloc',
  MISSING_CHAR: 'caractère manquant : guillemet, virgule, « : » ou accolade fermante',
  MULTILINE_IMPLICIT_KEY: 'clé sur plusieurs lignes : « : » manque sans doute',
  MULTIPLE_DOCS: 'un seul document YAML est attendu : retirez « --- »',
  TAB_AS_INDENT: 'tabulation : décalez avec des espaces',
  TAG_RESOLVE_FAILED: 'étiquette (!) inconnue',
  UNEXPECTED_TOKEN: 'caractère inattendu : guillemets manquants autour de la valeur ?',
};

/** Reads the YAML text and replaces `${NAME}` in its texts by the environment. */
export function readSource(text: string, environment: Environment): ConfigSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true });
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const syntax = [...document.errors, ...document.warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  const broken = syntax.find(error => error.code !== 'DUPLICATE_KEY');
  const told = broken === undefined ? syntax : [broken];
  const faults = told.map(error => ({ path: '', ...place(error.pos[0]), message: syntaxMessage(error) }));
  const at = (path: ConfigPath, message: string): ConfigFault => ({
    path: renderPath(path),
    ...place(offsetOf(document, path)),
    message,
  });
  // A key given twice leaves the tree sound; what the parser says after any other fault of syntax is guesswork.
  if (broken !== undefined) return { values: undefined, faults, at };
  faults.push(...replaceVariables(document, environment, at));
  try {
    return { values: document.toJS(), faults, at };
  } catch {
    // The yaml library refuses aliases that name nothing and those that multiply (`maxAliasCount`).
    return {
      values: undefined,
      faults: [...faults, at([], 'alias (*) sans ancre (&), ou trop nombreux')],
      at,
    };
  }
}

/** `mailboxes[0].imap.port` */
function renderPath(path: ConfigPath): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`))
    .join('');
}

function syntaxMessage(error: YAMLError): string {
  return SYNTAX[error.code] ?? `YAML mal formé (${error.code})`;
}

function replaceVariables(
  document: Document,
  environment: Environment,
  at: ConfigSource['at'],
): ConfigFault[] {
  const faults: ConfigFault[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string') return;
      node.value = node.value.replace(/\$\{([^}]*)\}/g, (whole, name: string) => {
        const value = environment[name];
        if (value !== undefined) return value;
        faults.push(at(pathOf([...ancestors, node]), variableMessage(name)));
        return whole;
      });
    },
  });
  return faults;
}

function variableMessage(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? `la variable d’environnement ${name} n’est pas définie`
    : '${…} doit contenir le nom d’une variable d’environnement';
}

/** The path of the last of a chain of nested nodes. */
function pathOf(chain: readonly unknown[]): (string | number)[] {
  return chain.flatMap((node, index): (string | number)[] => {
    if (isPair(node)) return [String(isScalar(node.key) ? node.key.value : node.key)];
    if (isSeq(node)) return [node.items.indexOf(chain[index + 1])];
    return [];
  });
}

/** Where a reader should look: at the key or the list item; for what is missing, at the block around it. */
function offsetOf(document: Document, path: ConfigPath): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) return offset;
      node = pair.value;
      offset = startOf(pair.key) ?? offset;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
