import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { isOfAnotherMachine } from '../../src/peers/own-address.ts';

const OWN = Object.values(networkInterfaces())
  .flatMap(addresses => addresses ?? [])
  .map(({ address }) => address);

describe('an address where nothing can listen', () => {
  // Addresses of documentation (RFC 5737, RFC 3849): no machine has them.
  it.each(['192.0.2.1', '203.0.113.255', '2001:db8::1', '2001:0DB8:0::1', 'fe80::1%nowhere'])(
    'is %s',
    host => {
      expect(isOfAnotherMachine(host)).toBe(true);
    },
  );

  it.each([
    ...new Set([
      ...OWN,
      '127.0.0.1',
      '127.8.9.10',
      '::1',
      '0:0:0:0:0:0:0:1',
      '0.0.0.0',
      '::',
      '::ffff:127.0.0.1',
    ]),
    '::1%lo',
    'localhost',
    'pfi.chu-x.example',
    '127.example',
  ])('is not %s', host => {
    expect(isOfAnotherMachine(host)).toBe(false);
  });
});
