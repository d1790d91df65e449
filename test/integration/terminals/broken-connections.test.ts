import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectTerminal } from 'berth-terminal-client/connect-terminal';
import { test } from 'tap';
import type { Test } from 'tap';
import { WebSocket } from 'ws';
import { openFaultyProxy } from '../../kit/proxy/faulty-proxy.ts';
import type { FaultyProxy } from '../../kit/proxy/faulty-proxy.ts';
import { seededRandom } from '../../kit/fuzz/random.ts';
import { serveTerminals } from '../../kit/terminals/terminal-server.ts';
import type { TerminalServer } from '../../kit/terminals/terminal-server.ts';
import { until } from '../../kit/basics/until.ts';

/** Number of cuts. Set another number for a longer run. */
const CUTS = Number(process.env['BERTH_TEST_CUTS'] ?? 400);
const SEED = Number(process.env['BERTH_TEST_SEED'] ?? 1);
/** People at terminals at the same time. */
const CLIENTS = 6;
/** Unanswered input, in bytes: less than a client buffers while disconnected. */
const UNDER_WAY = 24 * 1024;
/** Delays between retries are shorter by this factor, to shorten the test. */
const FASTER = 10;

const timers = {
  now: () => Date.now(),
  after(ms: number, work: () => void) {
    const timer = setTimeout(work, ms / FASTER);
    return () => clearTimeout(timer);
  },
};

/** A user at their own terminal, over connections that break. All output is in `chunks`. */
async function connectThrough(
  t: Test,
  proxy: FaultyProxy,
  server: TerminalServer,
  { machine, random, slow = false }: { machine: string; random: () => number; slow?: boolean },
) {
  const { owner, sessionId, terminals, open } = server;
  const { id, ticket } = await open(owner, sessionId, { machine });
  let first: string | undefined = ticket;
  const chunks: Buffer[] = [];
  const state = { received: 0, snapshots: 0, dropped: 0, hellos: 0 };
  const connection = connectTerminal({
    async attach() {
      const given = first ?? (await terminals.ticket(owner, id, undefined)).ticket;
      first = undefined;
      return { terminal: id, url: `ws://127.0.0.1:${proxy.port}/ws/terminals/${id}`, ticket: given };
    },
    WebSocket,
    timers,
    random,
    onOutput({ bytes }, shown) {
      chunks.push(Buffer.from(bytes));
      state.received += bytes.length;
      if (slow) setTimeout(shown, 2);
      else shown();
    },
    onHello(hello) {
      state.hellos += 1;
      // A ticket used by a connection that broke before its answer is lost.
      if (hello.snapshot) state.snapshots += 1;
    },
    onInputDropped: (bytes) => void (state.dropped += bytes),
  });
  // A failed connection would retry forever.
  t.teardown(() => connection.close());
  return { id, connection, state, bytes: () => Buffer.concat(chunks) };
}

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

await test(`over ${CUTS} broken connections, all input and output arrives once, in order (seed ${SEED})`, async (t) => {
  // Input is printed unchanged, and stored in the machine.
  const script = 'stty raw -echo; printf "%s" "$$ "; exec tee "/tmp/typed-$$"';
  const server = await serveTerminals(t, { machine: { shell: ['/bin/sh', '-c', script] } });
  const random = seededRandom(SEED);
  const proxy = await openFaultyProxy(t, server.port, { random, longestMs: 250 });
  const people = await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const one = await connectThrough(t, proxy, server, { machine: 'main', random });
      await until(() => one.bytes().includes(' '));
      return { ...one, begin: one.bytes().indexOf(' ') + 1, typed: [] as Buffer[], total: 0 };
    }),
  );

  async function type(one: (typeof people)[number]): Promise<void> {
    while (proxy.cuts() < CUTS) {
      if (one.total - (one.state.received - one.begin) < UNDER_WAY) {
        const bytes = Buffer.from(Array.from({ length: Math.ceil(random() * 2_000) }, () => random() * 256));
        one.connection.input(bytes);
        one.typed.push(bytes);
        one.total += bytes.length;
      }
      await sleep(random() * 20);
    }
  }
  await Promise.all(people.map(type));
  proxy.restore();
  for (const { state, begin, total, typed, bytes, connection, id } of people) {
    await until(() => state.received >= begin + total);
    await sleep(100);
    const printed = bytes().subarray(begin);
    t.equal(printed.length, total);
    t.equal(sha(printed), sha(Buffer.concat(typed)), 'to the byte');
    t.same({ ...state, received: 0, hellos: 0 }, { received: 0, snapshots: 0, dropped: 0, hellos: 0 });
    t.ok(state.hellos > 10);
    connection.close();
    await server.terminals.close(server.owner, id);
  }
  t.ok(proxy.cuts() >= CUTS);
});

await test('a flood to a slow client arrives complete over breaking connections', async (t) => {
  const size = 8 * 1024 * 1024;
  const script = `stty raw -echo; head -c ${size} /dev/urandom | tee /tmp/flood; exec sleep 600`;
  const server = await serveTerminals(t, { machine: { shell: ['/bin/sh', '-c', script] } });
  const random = seededRandom(SEED + 1);
  const proxy = await openFaultyProxy(t, server.port, { random, longestMs: 400 });
  const one = await connectThrough(t, proxy, server, { machine: 'main', random, slow: true });
  await until(() => one.state.received >= size, 180_000);
  const { machineId } = await server.sessions.machine(server.owner, server.sessionId, 'main');
  const { stdout } = await server.engine.exec(machineId, {
    command: ['sha256sum', '/tmp/flood'],
    timeoutMs: 30_000,
    outputLimitBytes: 1_000,
  });
  t.equal(one.state.received, size);
  t.equal(sha(one.bytes()), stdout.toString().split(' ')[0]);
  t.equal(one.state.snapshots, 0, 'the shell waits for its owner');
  t.ok(proxy.cuts() > 2, `${proxy.cuts()} cuts`);
  one.connection.close();
  await server.terminals.close(server.owner, one.id);
});
