import { isLoopback, isWildcard } from './hosts.ts';
import type { Refusal } from './values.ts';

/** What may be wrong or missing beside other faults. */
interface Addresses {
  readonly admin?: unknown;
  readonly applications: readonly { readonly accept?: unknown; readonly deliver?: unknown }[];
  readonly fhir?: unknown;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * An address is opened once, and by the gateway alone: two that ask for the same would keep it from starting, and what it
 * delivered to an address of its own it would take for a request.
 */
export function refuseSharedAddresses(
  { admin, applications, fhir }: Addresses,
  context: { addIssue(issue: Refusal): void },
): void {
  const administration = addressIn(admin);
  const destinations = applications.map(({ deliver }) => addressIn(keyOf(deliver, 'mllp')));
  const opened: Address[] = [];
  for (const [index, { accept }] of applications.entries()) {
    const own = addressIn(keyOf(accept, 'mllp'));
    if (own === undefined) continue;
    const refuse = (message: string): void =>
      context.addIssue({
        code: 'custom',
        path: ['applications', index, 'accept', 'mllp', 'port'],
        message,
      });
    if (opened.some(other => overlap(own, other))) refuse('adresse d’écoute déjà utilisée plus haut');
    else if (administration !== undefined && overlap(own, administration)) {
      refuse('adresse d’écoute déjà utilisée par l’administration (`admin`)');
    } else if (destinations.some(other => other !== undefined && leadsTo(other, own))) {
      refuse('adresse de remise (`deliver.mllp`) d’une application : la passerelle s’écrirait à elle-même');
    }
    opened.push(own);
  }
  if (administration !== undefined) opened.push(administration);
  for (const path of [['facade'], ['sas', 'listen']]) {
    const own = addressIn(path.reduce<unknown>(keyOf, fhir));
    if (own === undefined) continue;
    if (opened.some(other => overlap(own, other))) {
      const message = 'adresse d’écoute déjà utilisée par l’administration, une application ou `fhir.facade`';
      context.addIssue({ code: 'custom', path: ['fhir', ...path, 'port'], message });
    }
    opened.push(own);
  }
}

/** Whether two addresses of this machine cannot both be opened. */
function overlap(one: Address, other: Address): boolean {
  return (
    one.port === other.port &&
    (isSame(one.host, other.host) || isWildcard(one.host) || isWildcard(other.host))
  );
}

/** Whether what goes to an address comes to one that this machine listens on: another machine may use the same port. */
function leadsTo(to: Address, listening: Address): boolean {
  return isWildcard(listening.host)
    ? to.port === listening.port && (isLoopback(to.host) || isWildcard(to.host))
    : overlap(to, listening);
}

/** `localhost` is opened as 127.0.0.1 or as ::1, as the system likes. */
function isSame(one: string, other: string): boolean {
  return (
    one === other || (one === 'localhost' && isLoopback(other)) || (other === 'localhost' && isLoopback(one))
  );
}

/** Host and port of a block; undefined where it has none, or faulty ones. */
function addressIn(block: unknown): Address | undefined {
  const [host, port] = [keyOf(block, 'host'), keyOf(block, 'port')];
  return typeof host === 'string' && typeof port === 'number'
    ? { host: host.toLowerCase(), port }
    : undefined;
}

function keyOf(block: unknown, key: string): unknown {
  return typeof block === 'object' && block !== null ? (block as Record<string, unknown>)[key] : undefined;
}
