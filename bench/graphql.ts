import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { toGlobalId } from '../src/api/shared/global-id.ts';
import { medians } from './context.ts';
import type { Figure } from './context.ts';
import { TOKEN } from './graphql-ours.ts';
import { graphqlRequest, measureLoad } from './http-load.ts';
import { TYPESCRIPT } from '../test/kit/service/typescript.ts';

/** Alternating rounds of each server. The result is the median of their ratios. */
const ROUNDS = 7;
const ROUND_MS = 1_500;
const WARM_UP_MS = 2_000;

const labsQuery =
  '{ labs(first: 20) { edges { node { slug title steps { id title } } } pageInfo { endCursor hasNextPage } } }';
const sessionQuery =
  'query ($id: ID!) { session(id: $id) { state machines { name address } progress { steps { id passed } } } }';

/** Measures the requests per second of the service's queries and of a static resolver with the same answers. */
export async function measureGraphql(): Promise<{
  labs_query: Figure;
  session_query: Figure;
}> {
  const ours = await start('ours');
  try {
    return {
      labs_query: await measureQuery(ours.port, labsQuery),
      session_query: await measureQuery(ours.port, sessionQuery, {
        id: toGlobalId('Session', ours.sessionId ?? ''),
      }),
    };
  } finally {
    await ours.stop();
  }
}

async function measureQuery(port: number, query: string, variables?: object): Promise<Figure> {
  const request = graphqlRequest(query, variables, TOKEN);
  const answer = await ask(port, query, variables);
  const raw = await start('static', JSON.stringify(answer['data']));
  try {
    const theirs = await ask(raw.port, query, variables);
    if (!isDeepStrictEqual(theirs, answer)) throw new Error('The two servers answer differently.');
    await measureLoad(port, request, WARM_UP_MS);
    await measureLoad(raw.port, request, WARM_UP_MS);
    const rounds: Figure[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const mine = await measureLoad(port, request, ROUND_MS);
      const theirs = await measureLoad(raw.port, request, ROUND_MS);
      rounds.push({ ours: mine, raw: theirs, ratio: mine / theirs });
    }
    return medians(rounds);
  } finally {
    await raw.stop();
  }
}

async function ask(
  port: number,
  query: string,
  variables: object | undefined,
): Promise<Record<string, unknown>> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({ query, variables }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (answer['errors']) throw new Error(JSON.stringify(answer['errors']));
  return answer;
}

interface Started {
  port: number;
  sessionId?: string;
}

async function start(...args: string[]): Promise<Started & { stop: () => Promise<void> }> {
  const file = fileURLToPath(new URL('graphql-server.ts', import.meta.url));
  const child: ChildProcess = fork(file, args, {
    execArgv: [TYPESCRIPT],
    // The log is written and discarded, because services in use write logs.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('The server to be measured did not start.'))),
  ])) as [Started];
  return {
    ...message,
    async stop() {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(`${JSON.stringify(await measureGraphql(), undefined, 2)}\n`);
}
