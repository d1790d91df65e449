import Docker from 'dockerode';
import { fromGlobalId } from '../src/graphql/base/global-id.ts';
import { connectDocker } from './raw-docker.ts';

/** A figure of the service beside the same without it, from one run. */
export interface Figure {
  ours: number;
  raw: number;
  ratio: number;
}

/** A running service to be measured, and the engine that it runs on. */
export interface BenchContext {
  /** Address of the service, such as `http://127.0.0.1:8080`. */
  baseUrl: string;
  /** The service's process; it listens for an inspector, which makes it collect its garbage. */
  inspectorPort: number;
  docker: Docker;
  /** Starts a session of a new learner and resolves when it is ready. */
  startSession(): Promise<BenchSession>;
  /** Opens a terminal as clients do; 24 rows by 80 columns. */
  openTerminal(session: BenchSession): Promise<{ id: string; url: string; ticket: string }>;
  /** Ends all sessions that were started. */
  close(): Promise<void>;
}

export interface BenchSession {
  /** Id for GraphQL. */
  id: string;
  /** The learner's API token. */
  token: string;
  machine: string;
  /** The engine's container of the machine. */
  container: Docker.Container;
}

/** Longest wait for a session, in milliseconds. */
const READY_LIMIT_MS = 60_000;

/** Speaks to a service that runs, as its admin and as learners that are made for it. */
export function createBenchContext(options: {
  baseUrl: string;
  adminToken: string;
  lab: string;
  dockerHost: string | undefined;
  inspectorPort: number;
}): BenchContext {
  const { baseUrl, adminToken, lab, inspectorPort } = options;
  const docker = connectDocker(options.dockerHost);
  const sessions: BenchSession[] = [];
  const learners: string[] = [];

  async function startSession(): Promise<BenchSession> {
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
    const token = createToken.secret;
    const { startSession: started } = await ask(
      token,
      'mutation ($lab: String!) { startSession(input: { lab: $lab }) { session { id } } }',
      { lab },
    );
    const id = started.session.id;
    const session = await ready({ id, token });
    sessions.push(session);
    return session;
  }

  async function ready({ id, token }: { id: string; token: string }): Promise<BenchSession> {
    const deadline = Date.now() + READY_LIMIT_MS;
    for (;;) {
      const { session } = await ask(
        token,
        'query ($id: ID!) { session(id: $id) { state machines { name } } }',
        { id },
      );
      if (session.state === 'READY' || session.state === 'ready') {
        const label = `berth.session=${fromGlobalId('Session', id)}`;
        const [found] = await docker.listContainers({ filters: { label: [label] } });
        if (!found) throw new Error('The session has no container.');
        return { id, token, machine: session.machines[0].name, container: docker.getContainer(found.Id) };
      }
      if (Date.now() > deadline) throw new Error(`The session stays ${session.state}.`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
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
    startSession,
    openTerminal,
    async close() {
      for (const { id, token } of sessions) {
        await ask(token, 'mutation ($id: ID!) { deleteSession(input: { session: $id }) { deletedId } }', {
          id,
        });
      }
      for (const id of learners) {
        await ask(adminToken, 'mutation ($id: ID!) { deleteUser(input: { user: $id }) { deletedId } }', {
          id,
        });
      }
    },
  };
}

/** The parts of answers that are read here; GraphQL has checked them. */
interface Answer {
  createUser: { user: { id: string } };
  createToken: { secret: string };
  startSession: { session: { id: string } };
  session: { state: string; machines: [{ name: string }] };
  openTerminal: { terminal: { id: string }; url: string; ticket: string };
}

/** The middle of the values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
