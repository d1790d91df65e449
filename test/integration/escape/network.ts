import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Test } from 'tap';
import type { Place } from './places.ts';

/** The host by any route, cloud metadata, and machines of other sessions. */
export async function network(t: Test, place: Place, others: readonly Place[]): Promise<void> {
  const port = await listenEverywhere(t);
  const gateway = place.address.replace(/\d+$/, (last) => String(Number(last) - 1));
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const hosts = addresses
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
  const neighbours = others.map(({ address }) => address).filter((address) => address !== place.address);
  // slirp4netns gives 10.0.2.2 to its host, which is the machine.
  const all = [
    '127.0.0.1',
    '10.0.2.2',
    '172.17.0.1',
    'host.docker.internal',
    '169.254.169.254',
    gateway,
    ...hosts,
    ...neighbours,
  ];
  const urls = [...new Set(all)].map((address) => `http://${address}:${port}/`);
  const ask = urls.map((url) => `( curl -s --max-time 2 '${url}' && echo 'ESCAPED: ${url}' ) &`).join('\n');
  const more = `
    ( curl -sg --max-time 2 'http://[fe80::1%25eth0]:${port}/' && echo 'ESCAPED: by IPv6' ) &
    ${neighbours.map((address) => `( ping -c1 -W2 ${address} > /dev/null 2>&1 && echo 'ESCAPED: ping ${address}' ) &`).join('\n')}`;
  const { code, out } = await place.run(
    `command -v curl ping > /dev/null || exit 9\n${ask}\n${more}\nwait; exit 3`,
  );
  t.equal(code, 3, 'all were tried');
  t.equal(out, '');
}

async function listenEverywhere(t: Test): Promise<number> {
  const server = createServer((_, response) => response.end('the host'));
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  t.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'the host');
  return port;
}
