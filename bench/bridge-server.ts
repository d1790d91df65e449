import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import { connectDocker, openRawShell } from './raw-docker.ts';

/*
 * The thinnest bridge from a WebSocket to a shell: what Fastify and ws cost by themselves. It checks
 * nothing, holds nothing back, and numbers nothing. Argument: the engine's address ("" for the usual one).
 */
const [host] = process.argv.slice(2);
const docker = connectDocker(host === '' ? undefined : host);
const app = Fastify();
await app.register(websocket, { options: { perMessageDeflate: false } });

app.get<{ Params: { container: string } }>('/:container', { websocket: true }, (socket, request) => {
  const opened = openRawShell(docker.getContainer(request.params.container));
  socket.on('message', (bytes: Buffer) => void opened.then((stream) => stream.write(bytes)));
  socket.on('close', () => void opened.then((stream) => stream.destroy()));
  void opened.then((stream) => {
    stream.on('data', (chunk: Buffer) => socket.send(chunk));
    stream.on('close', () => socket.close());
  });
});

await app.listen({ port: 0, host: '127.0.0.1' });
process.send?.({ port: (app.server.address() as { port: number }).port });
process.once('disconnect', () => process.exit());
