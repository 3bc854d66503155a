import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports of this machine that nobody listens on, all different: the configuration has no word for "any". */
export async function freePorts<const Names extends readonly string[]>(
  ...names: Names
): Promise<Record<Names[number], number>> {
  const servers = names.map(() => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map(server => once(server, 'listening')));
  const ports = servers.map(server => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map(server => once(server.close(), 'close')));
  return Object.fromEntries(names.map((name, place) => [name, ports[place]])) as Record<
    Names[number],
    number
  >;
}
