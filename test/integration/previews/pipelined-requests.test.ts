import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'tap';
import { runScript } from '../../kit/engine/engines.ts';
import { startPreviewWorld, WEB_PORT } from '../../kit/service/previews.ts';
import { until } from '../../kit/basics/until.ts';

/** Connections that a session may have. */
const SLOTS = 100;

/** Counts the connections of a web server in the machine. The kernel's code 01 is established. */
const COUNT_CONNECTIONS = `awk '$4 == "01" && $2 ~ /:${WEB_PORT.toString(16).toUpperCase()}$/' /proc/net/tcp /proc/net/tcp6 | wc -l`;

await test('requests to a preview that are queued on one connection', async (t) => {
  const world = await startPreviewWorld(t);
  const { token } = await world.member('learner', 'STUDENT');
  const session = await world.startSession(token);
  const site = await world.visit(token, session);

  const connections = async () => {
    const { out } = await runScript(world.engine, world.machineOf(session), COUNT_CONNECTIONS);
    return Number(out);
  };

  async function ask(path: string, count: number) {
    const socket = connect(Number(new URL(world.berth.url).port), '127.0.0.1');
    t.teardown(() => socket.destroy());
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const head = `GET ${path} HTTP/1.1\r\nHost: ${site.host}\r\nCookie: ${site.cookie}\r\n\r\n`;
    socket.write(head.repeat(count));
    return socket;
  }

  /** Whether all slots of the session are free, so that all can be taken at once. */
  async function allAreFree(): Promise<boolean> {
    const answers = await Promise.all(Array.from({ length: SLOTS }, () => site.get('/events')));
    for (const answer of answers) answer.on('error', () => undefined).destroy();
    return answers.every(({ statusCode }) => statusCode === 200);
  }

  await t.test('use no more slots than the session has, and free all when it closes', async (t) => {
    const socket = await ask('/events', SLOTS + 50);
    await until(async () => (await connections()) === SLOTS);
    t.match(await site.read('/'), { status: 429, body: /PREVIEW_LIMIT/ });
    t.equal(await connections(), SLOTS);
    socket.destroy();
    await until(async () => (await site.read('/')).status === 200);
    // The machine's side ends later, and an idle connection is kept for a while.
    await until(async () => (await connections()) <= 1);
    await until(allAreFree);
  });
});
