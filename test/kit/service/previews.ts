import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Test } from 'tap';
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';
import { openDatabase, readInstallation } from '../../../src/infra/database/database.ts';
import { startBerth } from './berth-process.ts';
import type { BerthProcess } from './berth-process.ts';
import { runScript } from '../engine/engines.ts';
import { labsFolder } from '../labs/lab-folders.ts';
import { joinEverybody } from './one-course.ts';
import { learnerAt } from './learner.ts';
import { until } from '../basics/until.ts';

const WEB_SERVER = new URL('../engine/machine-web-server.pl', import.meta.url);
export const LAB = 'web-lab';
export const WEB_PORT = 8080;

const lab = `title: Your web site
machines:
  - name: main
    image: berth/lab-linux
    user: learner
    ports: [{ port: ${WEB_PORT}, name: Your web site }, 3000]
`;

/** A service with a lab whose machine has a web server, and sessions of it. */
export async function startPreviewWorld(t: Test, settings: Record<string, string> = {}) {
  const berth = await startBerth(t, {
    BERTH_LABS_DIR: await labsFolder(t, { [LAB]: { 'lab.yaml': lab } }),
    ...settings,
  });
  const database = await openDatabase({ url: `file:${berth.dataDir}/berth.db` });
  const installation = await readInstallation(database);
  const engine = createDockerEngine({ host: process.env['DOCKER_HOST'], installation });
  t.teardown(async () => {
    await engine.close();
    await database.close();
  });

  async function member(
    name: string,
    role: string,
  ): Promise<{ id: string; token: string; membership: string }> {
    const made = await berth.graphql<{ createUser: { user: { id: string } } }>(
      `mutation { createUser(input: { name: "${name}", role: ${role} }) { user { id } } }`,
    );
    const { id } = made.createUser.user;
    const membership = await joinEverybody(berth, { user: id, role });
    const given = await berth.graphql<{ createToken: { secret: string } }>(
      `mutation { createToken(input: { name: "test", scopes: [READ, LEARN, MANAGE], user: "${id}" }) { secret } }`,
    );
    return { id, token: given.createToken.secret, membership };
  }

  /** A ready session of this user, by default with the web server in its machine. */
  async function startSession(token: string, { server = true } = {}): Promise<string> {
    const as = {
      ...berth,
      url: berth.url,
      graphql: ((query: string, variables?: object) =>
        berth.graphql(query, variables, token)) as BerthProcess['graphql'],
    };
    const learner = learnerAt(as, LAB);
    const before = new Set((await engine.list()).map(({ environmentId }) => environmentId));
    const id = await learner.start();
    await learner.reach(id, 'READY');
    const made = (await engine.list()).find(({ environmentId }) => !before.has(environmentId));
    machines.set(id, made?.machines[0]?.machineId ?? '');
    if (server) await startWebServer(id);
    return id;
  }

  const machines = new Map<string, string>();

  async function startWebServer(session: string, port = WEB_PORT): Promise<void> {
    const machineId = machines.get(session) ?? '';
    await runScript(engine, machineId, `cat > /tmp/web.pl; rm -f /tmp/web-${port}.ready`, {
      input: await readFile(WEB_SERVER),
    });
    await runScript(engine, machineId, `setsid perl /tmp/web.pl ${port} > /tmp/web.out 2>&1 < /dev/null &`);
    await until(
      async () => (await runScript(engine, machineId, `test -e /tmp/web-${port}.ready`)).code === 0,
    );
  }

  /** The address that opens a port, as this user gets it. */
  async function openPort(
    token: string | undefined,
    session: string,
    port = WEB_PORT,
    machine = 'main',
  ): Promise<URL> {
    const query =
      'mutation ($s: ID!, $m: String!, $p: Int!) { openPort(input: { session: $s, machine: $m, port: $p }) { url } }';
    const data = await berth.graphql<{ openPort: { url: string } }>(
      query,
      { s: session, m: machine, p: port },
      token,
    );
    return new URL(data.openPort.url);
  }

  /** Sends a request like a browser: to the service's address, with the name in Host. */
  function ask(host: string, options: Sent = {}): Promise<IncomingMessage> {
    const { body, ...more } = options;
    const { hostname, port } = new URL(berth.url);
    return new Promise((resolve, reject) => {
      const asking = request(
        { hostname, port, agent: false, ...more, headers: { host, ...more.headers } },
        resolve,
      );
      asking.on('error', reject);
      asking.end(body);
    });
  }

  /** Opens a port and keeps its cookie, like a browser. */
  async function visit(token: string, session: string, port = WEB_PORT) {
    const url = await openPort(token, session, port);
    const entered = await ask(url.host, { path: url.pathname + url.search });
    const cookie = entered.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const get = (path: string, options: Sent = {}) =>
      ask(url.host, { path, ...options, headers: { cookie, ...options.headers } });
    const read = async (path: string, options: Sent = {}) => {
      const answer = await get(path, options);
      return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
    };
    return { url, host: url.host, cookie, entered, get, read };
  }

  return {
    berth,
    engine,
    member,
    startSession,
    startWebServer,
    machineOf: (id: string) => machines.get(id) ?? '',
    openPort,
    ask,
    visit,
  };
}

/** The options of a request other than its target. */
export interface Sent extends Omit<RequestOptions, 'headers'> {
  headers?: OutgoingHttpHeaders;
  body?: string;
}

export type PreviewWorld = Awaited<ReturnType<typeof startPreviewWorld>>;
