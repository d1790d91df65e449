/** Runs a server to measure in its own process: `ours`, or `static` with answers from JSON. */
import Fastify from 'fastify';
import { mercurius } from 'mercurius';
import { readSdl } from '../src/api/graphql/sdl-files.ts';
import { serveOurs } from './graphql-ours.ts';

/** Starts mercurius as in its manual, with a resolver that returns a constant. */
async function serveStatic(
  answers: Record<string, unknown>,
): Promise<{ port: number; close: () => Promise<void> }> {
  const app = Fastify();
  const resolvers = Object.fromEntries(Object.entries(answers).map(([field, value]) => [field, () => value]));
  await app.register(mercurius, {
    schema: await readSdl(),
    resolvers: { Query: resolvers, Node: { resolveType: () => 'Session' } },
    jit: 1,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: (app.server.address() as { port: number }).port, close: () => app.close() };
}

const [kind, answers] = process.argv.slice(2);
const server = kind === 'ours' ? await serveOurs() : await serveStatic(JSON.parse(answers ?? '{}'));
process.send?.({ port: server.port, ...('sessionId' in server && { sessionId: server.sessionId }) });
process.once('disconnect', () => {
  void server.close().then(() => process.exit());
});
