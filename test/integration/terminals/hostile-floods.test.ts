import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import type { Test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import type { BerthProcess } from '../../kit/service/berth-process.ts';
import { floods, forge, forgeries } from '../../kit/terminals/floods.ts';
import { httpFloods } from '../../kit/service/http-floods.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { TerminalClient } from '../../kit/terminals/terminal-client.ts';

/** Duration of all floods at once, while 20 learners work. By default some seconds, and two learners. */
const MINUTES = Number(process.env['BERTH_TEST_SOAK_MINUTES'] ?? 0);
const LASTS_MS = MINUTES > 0 ? MINUTES * 60_000 : 4_000;
const LEARNERS = MINUTES > 0 ? 20 : 2;
/** Terminals of the hostile learner for each flood. With those of the forged agents, as many as a session may have. */
const OF_EACH = MINUTES > 0 ? 3 : 1;
/**
 * Longest wait for a learner's request, in milliseconds. This tests that it is answered; `npm run bench` measures how
 * fast.
 */
const WAIT_MS = 120_000;
const STEP = 'find-your-way';
const SOLUTION = 'mkdir -p ~/workshop/notes ~/workshop/logs; cp /etc/os-release ~/workshop/notes';

const kinds = [
  ...Object.values(floods).flatMap((typed) => Array.from({ length: OF_EACH }, () => typed)),
  ...forgeries.map(forge),
];

/**
 * Agents that take over a shell's socket, which each records in a file of the learner. forged-holders.test.ts tests
 * that the service reaches them.
 */
const FORGED = OF_EACH + forgeries.length;

await test('the service serves learners normally while another learner runs all floods at once', async (t) => {
  t.setTimeout(LASTS_MS + 600_000);
  const berth = await startBerth(t, { BERTH_MEMORY_BUDGET: '64 GiB' });
  const pid = berth.pid();
  const mallory = await newLearner(berth, 'Mallory');
  const learners = await Promise.all(
    Array.from({ length: LEARNERS }, (_, at) => newLearner(berth, `learner ${at}`)),
  );

  const opened: string[] = [];
  for (const typed of kinds) {
    const terminal = await mallory.open();
    opened.push(terminal.id);
    await flood(terminal.client, typed);
  }
  t.equal(opened.length, kinds.length);
  const { client } = await mallory.open();
  client.send(
    `until [ "$(ls ~ | grep -c ^forged-)" -eq ${FORGED} ]; do sleep 0.2; done; echo taken-$((40+2))\r`,
  );
  await client.expect('taken-42', WAIT_MS);
  const end = Date.now() + LASTS_MS;
  const sending = sendTinyFrames(client, end);
  // Another student's, whose budget for queries is used up afterwards.
  const token = await newStudent(berth, 'Mallory over HTTP');
  const overHttp = Object.entries(httpFloods).map(async ([name, run]) => ({
    name,
    count: await run({ url: berth.url, token, end }),
  }));
  await Promise.all(learners.map((learner) => work(t, learner, end)));
  await sending;
  for (const { name, count } of await Promise.all(overHttp)) t.ok(count > 0, `${count} ${name}`);

  t.ok(berth.runs());
  t.equal(berth.pid(), pid, 'it is the same process');
  t.equal((await fetch(`${berth.url}/healthz`)).status, 200);
  await Promise.all(opened.map((id) => mallory.close(id)));
  t.equal(await mallory.openTerminals(), 1, 'everything that flooded has ended');
  t.notMatch(berth.output(), /uncaught|unhandled/i);
  for (const { client } of learners) await client.close();
});

/** The token of a new student. */
async function newStudent(berth: BerthProcess, name: string): Promise<string> {
  const made = await berth.graphql<{ createUser: { user: { id: string } } }>(
    'mutation ($name: String!) { createUser(input: { name: $name }) { user { id } } }',
    { name },
  );
  const { createToken } = await berth.graphql<{ createToken: { secret: string } }>(
    'mutation ($user: ID!) { createToken(input: { name: "t", scopes: [READ, LEARN], user: $user }) { secret } }',
    { user: made.createUser.user.id },
  );
  return createToken.secret;
}

async function newLearner(berth: BerthProcess, name: string) {
  const token = await newStudent(berth, name);
  const graphql: BerthProcess['graphql'] = (query, variables) => berth.graphql(query, variables, token);
  const learner = learnerAt({ ...berth, graphql });
  const session = await learner.start();
  await learner.reach(session, 'READY');
  const { client } = await open();

  async function open() {
    const query =
      'mutation ($s: ID!) { openTerminal(input: { session: $s, machine: "main", rows: 24, cols: 80 }) { terminal { id } url ticket } }';
    const { openTerminal: way } = await graphql<{
      openTerminal: { terminal: { id: string }; url: string; ticket: string };
    }>(query, { s: session });
    const client = TerminalClient.connect(way);
    await client.expect('$ ', WAIT_MS);
    return { id: way.terminal.id, client };
  }

  return {
    name,
    client,
    open,
    check: () => learner.check(session, STEP),
    close: (terminal: string) =>
      graphql('mutation ($t: ID!) { closeTerminal(input: { terminal: $t }) { closedId } }', { t: terminal }),
    async openTerminals() {
      const query = 'query ($s: ID!) { session(id: $s) { terminals { id } } }';
      const { session: seen } = await graphql<{ session: { terminals: unknown[] } }>(query, { s: session });
      // The session's first terminal exists since it was ready.
      return seen.terminals.length - 1;
    },
    /** Uploads a file to the machine and reads it back. */
    async file(content: string): Promise<string> {
      const query = 'query ($s: ID!) { session(id: $s) { machines { filesUrl } } }';
      const { session: seen } = await graphql<{ session: { machines: { filesUrl: string }[] } }>(query, {
        s: session,
      });
      const url = `${new URL(seen.machines[0]?.filesUrl ?? '', berth.url).href}?path=/home/learner/work.txt`;
      const headers = { authorization: `Bearer ${token}` };
      const put = await fetch(url, { method: 'PUT', headers, body: content });
      if (!put.ok) throw new Error(await put.text());
      return (await fetch(url, { headers })).text();
    },
  };
}

type Learner = Awaited<ReturnType<typeof newLearner>>;

/** Types text, and leaves the terminal alone. */
async function flood(client: TerminalClient, typed: string): Promise<void> {
  client.send(typed);
  await sleep(500);
  client.socket.terminate();
}

/** Types, uploads and checks until `end`, each at least once. */
async function work(t: Test, learner: Learner, end: number): Promise<void> {
  const { client, name } = learner;
  let round = 0;
  do {
    round += 1;
    client.forget();
    client.send(`echo is $((${round} * 1000 + 1))\r`);
    await client.expect(`is ${round}001`, WAIT_MS);
    const content = `${name} ${round}\n`.repeat(1_000);
    if ((await learner.file(content)) !== content) t.fail(`${name}: the file differs`);
    if (round % 20 === 1) await solve(t, learner);
    await sleep(200);
  } while (Date.now() < end);
  t.pass(`${name} did ${round} rounds of work`);
}

async function solve(t: Test, { client, check, name }: Learner): Promise<void> {
  client.forget();
  client.send(`${SOLUTION}; echo sol""ved\r`);
  await client.expect('solved', WAIT_MS);
  t.match(await check(), { passed: true, reason: null }, `${name}: the step is passed`);
}

/** Sends frames of one byte as fast as possible until `end`. */
async function sendTinyFrames(client: TerminalClient, end: number): Promise<void> {
  client.send('cat >/dev/null\r');
  while (Date.now() < end && client.closed === undefined) {
    for (let frame = 0; frame < 1_000 && client.socket.bufferedAmount < 1024 ** 2; frame++) client.send('x');
    await sleep(5);
  }
  client.socket.terminate();
  if (client.closed === undefined) await once(client.socket, 'close');
}
