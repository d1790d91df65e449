import type Docker from 'dockerode';
import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { machineAt } from '../test/kit/engine/machine-at.ts';
import { until } from '../test/kit/basics/until.ts';
import { connectDocker } from './raw-docker.ts';

/** A figure of the service, and the same figure without it, from one run. */
export interface Figure {
  ours: number;
  raw: number;
  ratio: number;
}

/** A running service to measure, and its engine. */
export interface BenchContext {
  /** Address of the service, such as `http://127.0.0.1:8080`. */
  baseUrl: string;
  /** Port of the service's inspector, which triggers garbage collection. */
  inspectorPort: number;
  docker: Docker;
  /** Creates a learner and returns their API token. */
  newLearner(): Promise<string>;
  /** Starts the lab for a learner and resolves as soon as the service reports that it is ready. */
  startLab(token: string): Promise<BenchSession>;
  /** Starts the lab for a new learner. */
  startSession(): Promise<BenchSession>;
  /** Deletes the session and waits until it is removed. */
  endSession(session: BenchSession): Promise<void>;
  /** The engine's container of the session's machine. */
  containerOf(session: BenchSession): Promise<Docker.Container>;
  /** The session's state, such as `READY`. */
  stateOf(session: BenchSession): Promise<string>;
  /** Opens a terminal as clients do; 24 rows by 80 columns. */
  openTerminal(session: BenchSession): Promise<{ id: string; url: string; ticket: string }>;
  /** Ends a terminal's shell. */
  closeTerminal(session: BenchSession, id: string): Promise<void>;
  /** Resolves when `count` environments are prewarmed and none is being created. */
  whenReady(count: number): Promise<void>;
  /** Drains the lab's warm pool and resolves when the service has no networks left on the engine. */
  drain(): Promise<void>;
  /** Ends all started sessions and removes prewarmed environments. */
  close(): Promise<void>;
}

export interface BenchSession {
  /** Id for GraphQL. */
  id: string;
  /** The learner's API token. */
  token: string;
  machine: string;
}

/** Longest wait for a session, in milliseconds. */
const READY_LIMIT_MS = 180_000;

/** Longest wait for environments to be prewarmed or removed, in milliseconds. */
const POOL_LIMIT_MS = 300_000;

/** Creates a client of a running service, which acts as its admin and as new learners. */
export function createBenchContext(options: {
  baseUrl: string;
  adminToken: string;
  lab: string;
  dockerHost: string | undefined;
  inspectorPort: number;
  /** First two bytes of the service's networks, such as `10.98`. */
  subnets: string;
}): BenchContext {
  const { baseUrl, adminToken, lab, inspectorPort, subnets } = options;
  const docker = connectDocker(options.dockerHost);
  const sessions: BenchSession[] = [];
  const learners: string[] = [];

  async function newLearner(): Promise<string> {
    const name = `bench ${learners.length + 1}`;
    const { createUser } = await ask(
      adminToken,
      'mutation ($name: String!) { createUser(input: { name: $name }) { user { id } } }',
      { name },
    );
    const user = createUser.user.id;
    learners.push(user);
    const { createToken } = await ask(
      adminToken,
      'mutation ($user: ID!) { createToken(input: { name: "bench", scopes: [READ, LEARN], user: $user }) { secret } }',
      { user },
    );
    return createToken.secret;
  }

  async function startLab(token: string): Promise<BenchSession> {
    const socket = createClient({
      url: `${baseUrl.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { Authorization: `Bearer ${token}` },
    });
    const { startSession: started } = await ask(
      token,
      'mutation ($lab: String!) { startSession(input: { lab: $lab }) { session { id } } }',
      { lab },
    );
    const { id } = started.session;
    await ready(socket, id);
    await socket.dispose();
    const session = { id, token, machine: 'main' };
    sessions.push(session);
    return session;
  }

  async function endSession({ id, token }: BenchSession): Promise<void> {
    await ask(token, 'mutation ($id: ID!) { deleteSession(input: { session: $id }) { deletedId } }', { id });
    sessions.splice(
      sessions.findIndex((session) => session.id === id),
      1,
    );
  }

  async function containerOf({ id, token }: BenchSession): Promise<Docker.Container> {
    const query = 'query ($id: ID!) { session(id: $id) { machines { address } } }';
    const { session } = await ask(token, query, { id });
    const machine = await machineAt(docker, session.machines[0].address);
    return docker.getContainer(machine.Id);
  }

  async function stateOf({ id, token }: BenchSession): Promise<string> {
    const { session } = await ask(token, 'query ($id: ID!) { session(id: $id) { state } }', { id });
    return session.state;
  }

  async function openTerminal({ id, token, machine }: BenchSession) {
    const { openTerminal: opened } = await ask(
      token,
      `mutation ($session: ID!, $machine: String!) {
        openTerminal(input: { session: $session, machine: $machine, rows: 24, cols: 80 }) { terminal { id } url ticket }
      }`,
      { session: id, machine },
    );
    return { id: opened.terminal.id, url: opened.url, ticket: opened.ticket };
  }

  async function closeTerminal({ token }: BenchSession, terminal: string): Promise<void> {
    const query = 'mutation ($terminal: ID!) { closeTerminal(input: { terminal: $terminal }) { closedId } }';
    await ask(token, query, { terminal });
  }

  async function whenReady(count: number): Promise<void> {
    await until(async () => {
      const { warmPools } = await ask(adminToken, '{ warmPools { ready creating } }', {});
      const { ready, creating } = warmPools[0] ?? { ready: 0, creating: 0 };
      return ready >= count && creating === 0;
    }, POOL_LIMIT_MS);
  }

  async function drain(): Promise<void> {
    const query = 'mutation ($lab: String!) { drainWarmPool(input: { lab: $lab }) { removed } }';
    await ask(adminToken, query, { lab });
    await until(async () => {
      const networks = await docker.listNetworks();
      return !networks.some(({ IPAM }) => IPAM?.Config?.some(({ Subnet }) => isIn(Subnet, subnets)));
    }, POOL_LIMIT_MS);
  }

  async function ask(token: string, query: string, variables: object) {
    const response = await fetch(`${baseUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    const answer = (await response.json()) as { data?: Answer; errors?: unknown };
    if (answer.errors || !answer.data) throw new Error(JSON.stringify(answer));
    return answer.data;
  }

  return {
    baseUrl,
    inspectorPort,
    docker,
    newLearner,
    startLab,
    startSession: async () => startLab(await newLearner()),
    endSession,
    containerOf,
    stateOf,
    openTerminal,
    closeTerminal,
    whenReady,
    drain,
    async close() {
      for (const session of sessions.toReversed()) await endSession(session);
      await drain();
      for (const id of learners) {
        await ask(adminToken, 'mutation ($id: ID!) { deleteUser(input: { user: $id }) { deletedId } }', {
          id,
        });
      }
    },
  };
}

const isIn = (subnet: string | undefined, range: string) => subnet?.startsWith(`${range}.`) ?? false;

/** Resolves when the service reports that the session is ready. */
async function ready(socket: Client, id: string): Promise<void> {
  const deadline = setTimeout(() => void socket.dispose(), READY_LIMIT_MS);
  const query = 'subscription ($id: ID!) { sessionChanged(id: $id) { state } }';
  for await (const { data } of socket.iterate<SessionEvent>({ query, variables: { id } })) {
    const state = data?.sessionChanged.state;
    if (state === 'FAILED') break;
    if (state !== 'READY') continue;
    clearTimeout(deadline);
    return;
  }
  throw new Error('The session did not become ready.');
}

/** The result of the subscription. */
interface SessionEvent {
  sessionChanged: { state: string };
}

/** The fields of results that the benchmarks read. */
interface Answer {
  createUser: { user: { id: string } };
  createToken: { secret: string };
  startSession: { session: { id: string } };
  session: { state: string; machines: [{ address: string }] };
  warmPools: { ready: number; creating: number }[];
  openTerminal: { terminal: { id: string }; url: string; ticket: string };
}

/** Returns the median. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Returns the medians of alternating rounds. */
export function medians(rounds: readonly Figure[]): Figure {
  return {
    ours: median(rounds.map(({ ours }) => ours)),
    raw: median(rounds.map(({ raw }) => raw)),
    ratio: median(rounds.map(({ ratio }) => ratio)),
  };
}

/** Returns the value below which `share` of the values are. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
}
