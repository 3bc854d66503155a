import { isLoopback } from './hosts.ts';
import type { Refusal } from './values.ts';

/** Checks between the keys of `fhir`. They run beside other faults too: anything may stand anywhere. */

/** What a caller may use of the façade: the three flows that leave by it, and what other software brings (DUI). */
export const FLOWS = ['dmi', 'dui', 'dui-consommateur', 'renacot'] as const;

const IN_THE_CLEAR = 'http:// est refusé hors de cette machine (sauf avec allowInsecure: true)';

interface Context {
  addIssue(issue: Refusal): void;
}

function keyOf(block: unknown, ...keys: readonly (string | number)[]): unknown {
  let value = block;
  for (const key of keys) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  }
  return value;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Callers that cannot be told apart, and flows that nobody has described. */
export function refuseCallers(given: object, context: Context): void {
  const callers = listOf(keyOf(given, 'callers'));
  const textsOf = (...keys: string[]): unknown[] => callers.map(each => keyOf(each, ...keys));
  refuseRepeats(folded(textsOf('name')), index => ['callers', index, 'name'], context);
  refuseRepeats(
    folded(textsOf('certificate', 'cn')),
    index => ['callers', index, 'certificate', 'cn'],
    context,
  );
  refuseRepeats(textsOf('token'), index => ['callers', index, 'token'], context);
  for (const [index, each] of callers.entries()) {
    for (const [at, flow] of listOf(keyOf(each, 'flows')).entries()) {
      const keys =
        flow === 'dui-consommateur' ? ['dui', 'receive'] : flow === 'dui' ? ['dui', 'url'] : [String(flow)];
      if (!FLOWS.some(known => known === flow) || keyOf(given, ...keys) !== undefined) continue;
      const message = `le flux « ${String(flow)} » n’est pas décrit (\`fhir.${keys.join('.')}\`)`;
      context.addIssue({ code: 'custom', path: ['callers', index, 'flows', at], message });
    }
  }
}

/** What a façade needs, and flows that need one. */
export function refuseFacade(given: object, context: Context): void {
  const refuse = (where: Refusal['path'], message: string): void =>
    context.addIssue({ code: 'custom', path: where, message });
  const callers = listOf(keyOf(given, 'callers'));
  const flows = ['dmi', 'dui', 'renacot'].filter(flow => keyOf(given, flow) !== undefined);
  const own = keyOf(given, 'facade');
  if (flows.length === 0 && keyOf(given, 'sas') === undefined) {
    refuse([], 'au moins un flux est attendu : dmi, dui, renacot ou sas');
  }
  if (own === undefined && flows.length > 0) refuse(['facade'], `\`facade\` est requis avec \`${flows[0]}\``);
  if (own === undefined) return;
  if (callers.length === 0) refuse(['callers'], 'au moins un appelant est attendu avec `facade`');
  const isByCertificate = callers.some(each => keyOf(each, 'certificate') !== undefined);
  if (isByCertificate && keyOf(own, 'tls', 'clientCa') === undefined) {
    refuse(['facade', 'tls', 'clientCa'], '`clientCa` est requis : un appelant est connu par son certificat');
  }
}

/** A platform, or an authorization server, in the clear. */
export function refuseInsecurePlatform(block: object, context: Context): void {
  refuseInsecure(block, ['url'], context);
  refuseInsecure(block, ['auth', 'tokenUrl'], context);
}

/** The address under these keys in the clear, without `allowInsecure` beside the first of them. */
export function refuseInsecure(block: object, keys: readonly string[], context: Context): void {
  const { hostname } = addressOf(keyOf(block, ...keys)) ?? {};
  if (hostname === undefined || isLoopback(hostname) || keyOf(block, 'allowInsecure') === true) return;
  context.addIssue({ code: 'custom', path: [...keys], message: IN_THE_CLEAR });
}

/** The same CN and OU twice. */
export function refuseSameClients(clients: readonly object[], context: Context): void {
  const subjects = clients.map(each => {
    const [cn, ou] = [keyOf(each, 'cn'), keyOf(each, 'ou')];
    return typeof cn === 'string' && typeof ou === 'string' ? JSON.stringify([cn, ou]) : undefined;
  });
  refuseRepeats(subjects, index => [index], context);
}

/** Names that differ in case alone are taken for one. */
function folded(values: readonly unknown[]): unknown[] {
  return values.map(value => (typeof value === 'string' ? value.toLowerCase() : value));
}

/** Of an http address; undefined for an https one, and for none. */
function addressOf(url: unknown): { readonly hostname: string } | undefined {
  if (typeof url !== 'string' || !/^http:/i.test(url) || !URL.canParse(url)) return undefined;
  return { hostname: new URL(url).hostname.replace(/^\[|\]$/g, '') };
}

function refuseRepeats(
  values: readonly unknown[],
  pathOf: (index: number) => Refusal['path'],
  context: Context,
): void {
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    if (typeof value !== 'string') continue;
    if (seen.has(value)) {
      context.addIssue({ code: 'custom', path: pathOf(index), message: 'valeur déjà utilisée plus haut' });
    }
    seen.add(value);
  }
}
