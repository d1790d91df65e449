import { test } from 'tap';
import { system } from '../../../src/domains/identity/actor.ts';
import { drawnScreen } from '../../kit/terminals/drawn-screen.ts';
import { aliveBytes } from '../../kit/fuzz/garbage.ts';
import { readRecording } from '../../kit/terminals/recordings.ts';
import { TerminalClient } from '../../kit/terminals/terminal-client.ts';
import { serveTerminals } from '../../kit/terminals/terminal-server.ts';
import type { TerminalServer } from '../../kit/terminals/terminal-server.ts';
import { until } from '../../kit/basics/until.ts';

/** The recording of a terminal. */
async function recordingOf({ terminals }: Pick<TerminalServer, 'terminals'>, terminal: string) {
  const [recording] = await terminals.recordings.ofTerminals(system, [terminal]);
  if (!recording) throw new Error('It is not recorded.');
  return recording;
}

/** The recording's file, once it has ended. */
async function ended(server: Pick<TerminalServer, 'terminals'>, terminal: string) {
  await until(async () => (await recordingOf(server, terminal)).endedAt !== undefined);
  const recording = await recordingOf(server, terminal);
  return { recording, cast: await readRecording(server.terminals.recordings, recording.id) };
}

await test('a lab whose output is recorded', async (t) => {
  const server = await serveTerminals(t, { lab: { recording: 'output' } });
  const { owner, sessionId, terminals } = server;

  await t.test("a terminal's output is replayed, with sizes and exit, and without its input", async (t) => {
    const client = await server.shell(owner, sessionId, { rows: 20, cols: 90 });
    t.match(await client.expectControl('hello'), { recorded: 'output' });
    client.send("printf '\\033[1;31mred\\033[0m 한글 \\360\\237\\230\\200 \\000|\\n'\r");
    await client.expect('|\n');
    client.resize(30, 100);
    client.send('stty size\r');
    await client.expect('30 100\n');
    client.send('read -s -p "Password: " secret\r');
    await client.expect('Password: ');
    client.send('hunter-two\r');
    await client.expect(/Password: .*\$ $/);
    client.send('exit 7\r');
    await client.expectClosed();
    const { recording, cast } = await ended(server, client.id);
    t.match(recording, { machine: 'main', labSlug: 'shells', content: 'output', rows: 20, cols: 90 });
    t.match(cast.header, { version: 3, term: { rows: 20, cols: 90 } });
    t.equal(cast.output, client.bytes.toString(), 'the same bytes');
    t.same(cast.of('r'), ['100x30']);
    t.same(cast.of('x'), ['7']);
    t.same([cast.input, cast.markers], ['', []]);
    t.notMatch(JSON.stringify(cast), /hunter/);
    const size = { rows: 30, cols: 100 };
    t.same(await drawnScreen(cast.output, size), await drawnScreen(client.bytes, size));
  });

  await t.test('any bytes make a readable file, with invalid text replaced', async (t) => {
    const client = await server.shell(owner, sessionId);
    client.send('stty -echo; head -c 300000 /dev/urandom; printf "\\033c\\n\\342\\202"; exit\r');
    await client.expectClosed();
    const { cast } = await ended(server, client.id);
    t.ok(cast.output === client.bytes.toString(), 'the same as for all bytes at once');
    t.same(cast.markers, []);
  });

  await t.test('each byte is recorded once if a running process loses its shell to another', async (t) => {
    const client = await server.shell(owner, sessionId);
    client.send('for i in $(seq 600); do echo line-$i; sleep 0.005; done; exit 4\r');
    await client.expect('line-50\n');
    const another = await server.another({ isGone: () => true });
    await another.terminals.recover();
    await client.expectClosed();
    const { cast } = await ended(another, client.id);
    const lines = [...cast.output.matchAll(/^line-(\d+)\r$/gm)].map(([, line]) => Number(line));
    t.same(
      lines,
      Array.from({ length: 600 }, (_, line) => line + 1),
    );
    t.same([cast.of('x'), cast.markers], [['4'], []]);
  });

  await t.test('it continues when a client leaves, and when another process adopts the shell', async (t) => {
    const client = await server.shell(owner, sessionId);
    client.send('for i in $(seq 400); do echo line-$i; sleep 0.005; done; echo al""l\r');
    await client.expect('line-50\n');
    await server.terminals.shutdown();
    const another = await server.another();
    await another.terminals.recover();
    const { ticket } = await another.terminals.ticket(owner, client.id, undefined);
    const back = TerminalClient.connect({ url: another.urlOf(client.id), ticket });
    t.match(await back.expectControl('hello'), { recorded: 'output' });
    await back.expect('all\n');
    back.send('exit\r');
    await back.expectClosed();
    const { cast } = await ended(another, client.id);
    const lines = [...cast.output.matchAll(/^line-(\d+)\r$/gm)].map(([, line]) => Number(line));
    t.same(
      lines,
      Array.from({ length: 400 }, (_, line) => line + 1),
      'each line once',
    );
    t.same(cast.markers, []);
    t.equal(terminals.shellCount(), 0);
  });
});

await test('a lab that records input', async (t) => {
  const server = await serveTerminals(t, { lab: { recording: 'input' } });
  const client = await server.shell(server.owner, server.sessionId);
  t.match(await client.expectControl('hello'), { recorded: 'input' });
  client.send('echo on""e\r');
  await client.expect('\none\n');
  client.send('exit\r');
  await client.expectClosed();
  const { cast } = await ended(server, client.id);
  t.equal(cast.input, 'echo on""e\rexit\r');
  t.match(cast.output, /\rone\r\n/);
});

await test('a lab without recording, and one in a recorded collection', async (t) => {
  const server = await serveTerminals(t, { lab: { collection: 'basics' } });
  const { owner, sessionId, terminals, actors } = server;
  const plain = await server.shell(owner, sessionId);
  t.notHas(await plain.expectControl('hello'), { recorded: 'output' });
  t.same(await terminals.recordings.ofTerminals(owner, [plain.id]), [undefined]);
  await terminals.recordings.recordCollection(actors.instructor, { collection: 'basics', recorded: true });
  const recorded = await server.shell(owner, sessionId);
  t.match(await recorded.expectControl('hello'), { recorded: 'output' });
  t.same(await terminals.recordings.ofTerminals(owner, [plain.id]), [undefined], 'an open one is unchanged');
  await plain.end();
  await recorded.end();
});

await test('a flood reaches the limit, and affects neither memory nor the shell', async (t) => {
  const limit = 2 * 1024 * 1024;
  const server = await serveTerminals(t, { lab: { recording: 'output' }, recordingLimitBytes: limit });
  const flooded = async () => {
    const client = await server.shell(server.owner, server.sessionId);
    client.send('head -c 40000000 /dev/zero; head -c 40000000 /dev/urandom | base64; echo do""ne\r');
    await client.expect('done\n', 120_000);
    return client;
  };
  await (await flooded()).end();
  const before = aliveBytes();
  const client = await flooded();
  // Data on its way to the database is released in a moment.
  await until(async () => aliveBytes() - before < 16 * 1024 * 1024);
  const { recording, cast } = await ended(server, client.id);
  t.ok(recording.truncated);
  t.ok(recording.bytes <= limit);
  t.ok(recording.storedBytes <= limit);
  t.match(cast.markers.at(-1), /The recording ends here/);
  client.send('echo still-$((40+2))\r');
  await client.expect('still-42');
  const back = TerminalClient.connect({
    url: server.urlOf(client.id),
    ticket: (await server.terminals.ticket(server.owner, client.id, undefined)).ticket,
  });
  t.notHas(await back.expectControl('hello'), { recorded: 'output' }, 'it is reported as ended');
  await back.close();
  await client.end();
});

await test('a session deleted during a recording leaves it to staff', async (t) => {
  const server = await serveTerminals(t, { lab: { recording: 'output' } });
  const { owner, sessionId, actors, sessions } = server;
  const client = await server.shell(owner, sessionId);
  client.send('echo evi""dence\r');
  await client.expect('evidence\n');
  await sessions.delete(owner, sessionId);
  await client.expectClosed();
  const { recording, cast } = await ended(server, client.id);
  t.match(cast.output, 'evidence');
  t.match(await server.terminals.recordings.get(actors.instructor, recording.id), { sessionId });
});
