import type { Socket } from 'node:net';
import { test } from 'tap';
import { fault } from '../../../../src/core/errors.ts';
import { servePipeTerminals } from '../../../kit/terminals/pipe-terminals.ts';
import { rawWebSocket, tinyFrames } from '../../../kit/service/raw-websocket.ts';
import { TerminalClient } from '../../../kit/terminals/terminal-client.ts';
import { startApp } from '../graphql/app.ts';

/** Far more than the system buffers for an unread socket. */
const FLOOD = tinyFrames(2_000_000);

/** Floods a socket that the server has closed or is closing. Returns how much of it the server read. */
async function flood(url: string, headers: Record<string, string>, taken: () => Socket[]) {
  const client = await rawWebSocket(url, headers);
  client.write(FLOOD);
  await new Promise((closed) => client.once('close', closed));
  return Math.max(...taken().map(({ bytesRead }) => bytesRead));
}

/** Records the server's side of each connection. */
function watchSockets(server: { on(event: 'connection', listener: (socket: Socket) => void): unknown }) {
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  return () => sockets;
}

await test('a rejected terminal connection is not read any longer', async (t) => {
  const { app, url } = await servePipeTerminals(t, {
    attach: () => Promise.reject(fault('TICKET_INVALID')),
  });
  const taken = watchSockets(app.server);
  const read = await flood(url, { 'Sec-WebSocket-Protocol': 'berth.terminal.v1' }, taken);
  t.ok(read < FLOOD.length / 4, `${read} of ${FLOOD.length} bytes were read`);
});

await test("neither is a GraphQL connection of another site's page", async (t) => {
  const { app, url } = await startApp(t);
  const taken = watchSockets(app.server);
  const foreign = { 'Sec-WebSocket-Protocol': 'graphql-transport-ws', Origin: 'https://elsewhere.example' };
  const read = await flood(url, foreign, taken);
  t.ok(read < FLOOD.length / 4, `${read} of ${FLOOD.length} bytes were read`);
});

await test('pending client data does not delay the end of a terminal', async (t) => {
  const { url, pipe } = await servePipeTerminals(t);
  const client = TerminalClient.connect({ url, ticket: 'secret' });
  await client.expectControl('hello');
  pipe.exit(0);
  for (let frame = 0; frame < 200; frame++) client.send('x'.repeat(4_000));
  t.match(await client.expectClosed(), { code: 1000, reason: 'exited' });
});
