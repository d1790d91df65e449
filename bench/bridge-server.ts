import type { Duplex } from 'node:stream';
import websocket from '@fastify/websocket';
import type { WebSocket } from '@fastify/websocket';
import Fastify from 'fastify';
import { connectDocker, openRawShell } from './raw-docker.ts';

/*
 * The simplest bridge from a WebSocket to a shell, to measure the cost of Fastify and ws alone. It has no checks, no
 * flow control and no numbering. Argument: the engine's address ("" for the default).
 */
const [host] = process.argv.slice(2);
const docker = connectDocker(host === '' ? undefined : host);
const app = Fastify();
await app.register(websocket, { options: { perMessageDeflate: false } });

app.get<{ Params: { container: string } }>('/:container', { websocket: true }, (socket, request) => {
  void connect(socket, openRawShell(docker.getContainer(request.params.container)));
});

async function connect(socket: WebSocket, opened: Promise<Duplex>): Promise<void> {
  const stream = await opened;
  socket.on('message', (bytes: Buffer) => void stream.write(bytes));
  socket.on('close', () => void stream.destroy());
  stream.on('data', (chunk: Buffer) => socket.send(chunk));
  stream.on('close', () => socket.close());
}

await app.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ port: (app.server.address() as { port: number }).port });
process.once('disconnect', () => process.exit());
