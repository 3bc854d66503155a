import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/**
 * Whether a host is an address that this machine does not have, so that nothing can listen there. False of a name, and of
 * an address that stands for all of them or for the machine itself.
 */
export function isOfAnotherMachine(host: string): boolean {
  // The zone of a link-local address (`fe80::1%eth0`) is no part of it.
  const address = host.replace(/%.*$/, '');
  const family = familyOf(address);
  if (family === undefined) return false;
  const own = new BlockList();
  own.addSubnet('127.0.0.0', 8, 'ipv4');
  for (const each of ['0.0.0.0', '::', '::1', ...ownAddresses()]) own.addAddress(each, familyOf(each));
  return !own.check(address, family);
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap(addresses =>
    (addresses ?? []).map(({ address }) => address),
  );
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}
