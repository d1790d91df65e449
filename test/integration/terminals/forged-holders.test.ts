import t, { test } from 'tap';
import type { EngineTerminal } from '../../../src/engine/engine-terminals.ts';
import { forge } from '../../kit/terminals/floods.ts';
import { whenState } from '../../kit/sessions/sessions.ts';
import { serveTerminals } from '../../kit/terminals/terminal-server.ts';
import type { TerminalServer } from '../../kit/terminals/terminal-server.ts';
import { until } from '../../kit/basics/until.ts';

/** The output that forged-holder.pl claims, which no real agent would. */
const CLAIMED = 100_000_000_000;
/** Longest wait for a forged agent to take over on a busy machine, in milliseconds. */
const PATIENCE_MS = 60_000;
const isGone = (owner: string) => owner === 'the-dead';

const server = await serveTerminals(t);

await test('each forged agent takes over the socket of a real shell, and the service connects to it', async (t) => {
  const { owner, sessionId, engine } = server;
  for (const kind of ['tiny', 'titles', 'huge', 'heads', 'deaf'] as const) {
    const reached: EngineTerminal[] = [];
    const deceived = await server.another({
      engine: {
        ...engine,
        async reattachTerminal(...asked) {
          const terminal = await engine.reattachTerminal(...asked);
          if (terminal) reached.push(terminal);
          return terminal;
        },
      },
    });
    const client = await deceived.shell(owner, sessionId);
    client.forget();
    client.send(forge(kind));
    await until(() => reached.length > 0, PATIENCE_MS);
    t.equal(reached[0]?.printed, CLAIMED, `${kind}: the forged agent answered`);
    t.equal(await holdersOf(client.id), 0, `${kind}: the real one has ended`);
    if (kind === 'tiny') await client.expect('a'.repeat(1_000), PATIENCE_MS);
    client.socket.terminate();
    await deceived.terminals.close(owner, client.id);
    await endForged(server);
  }
});

await test('silent forged agents do not keep other sessions from reconnecting to their shells', async (t) => {
  const { owner, sessionId, sessions, actors, engine } = server;
  const { id: honest } = await sessions.start(actors.other, { lab: 'shells' });
  await whenState(sessions, honest, 'ready', 'failed');
  // A dead process cannot reconnect.
  const dead = await server.another({
    leaseOwner: 'the-dead',
    engine: { ...engine, reattachTerminal: () => new Promise(() => undefined) },
  });
  const silent: string[] = [];
  for (let count = 0; count < 3; count++) {
    const client = await dead.shell(owner, sessionId);
    client.send(forge('silent'));
    await until(async () => (await holdersOf(client.id)) === 0, PATIENCE_MS);
    silent.push(client.id);
  }
  const left = await dead.shell(actors.other, honest);
  const next = await server.another({ isGone });
  let isOver = false;
  const recovered = next.terminals.recover().finally(() => (isOver = true));
  await until(() => next.terminals.shellCount() === 1 || isOver, PATIENCE_MS);
  t.match(await server.stored(left.id), { endedAt: undefined });
  t.notOk(isOver, 'the silent ones are still awaited');
  for (const id of silent) t.equal((await server.stored(id))?.endedAt, undefined);
  await endForged(server);
  await recovered;
  t.equal(next.terminals.shellCount(), 1);
  for (const id of silent) t.match(await server.stored(id), { endedAt: Date }, 'a silent one is given up');
  await next.terminals.close(actors.other, left.id);
});

/** How many real agents listen at the terminal's socket. */
async function holdersOf(terminalId: string): Promise<number> {
  const name = /[0-9a-f]+$/.exec((await server.stored(terminalId))?.handle?.shell ?? '')?.[0] ?? 'none';
  return (await server.processes()).filter(
    (line) => line.startsWith('/run/berth/holder') && line.includes(name),
  ).length;
}

async function endForged({ engine, sessions, owner, sessionId, processes }: TerminalServer): Promise<void> {
  const { machineId } = await sessions.machine(owner, sessionId, 'main');
  const command = ['pkill', '-KILL', 'perl'];
  await engine.exec(machineId, { command, timeoutMs: 10_000, outputLimitBytes: 1_000 });
  await until(async () => !(await processes()).some((line) => line.includes('forge.pl')));
}
