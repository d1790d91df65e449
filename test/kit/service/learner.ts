import { readFile } from 'node:fs/promises';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { BerthProcess } from './berth-process.ts';
import { TerminalClient } from '../terminals/terminal-client.ts';
import { until } from '../basics/until.ts';

/** Longest wait for a state, in milliseconds. */
const WAIT_LIMIT_MS = 60_000;

/** A session as the tests of the whole service see it. */
export interface SeenSession {
  id: string;
  state: string;
  generation: number;
  reason: { code: string; message: string } | null;
  machines: { name: string; address: string | null }[];
  progress: { steps: { id: string; passed: boolean }[] };
}

const SEEN =
  'id state generation reason { code message } machines { name address } progress { steps { id passed } }';

/** A learner's actions through the API of a running service. */
export function learnerAt(
  berth: Pick<BerthProcess, 'url' | 'adminToken' | 'graphql'>,
  lab = 'linux-command-line',
) {
  const learner = {
    async start(): Promise<string> {
      const query = 'mutation ($lab: String!) { startSession(input: { lab: $lab }) { session { id } } }';
      const data = await berth.graphql<{ startSession: { session: { id: string } } }>(query, { lab });
      return data.startSession.session.id;
    },

    async see(id: string): Promise<SeenSession> {
      const data = await berth.graphql<{ session: SeenSession }>(
        `query ($id: ID!) { session(id: $id) { ${SEEN} } }`,
        {
          id,
        },
      );
      return data.session;
    },

    /** Waits until the session is in one of `states`. */
    async reach(id: string, ...states: string[]): Promise<SeenSession> {
      let session = await learner.see(id);
      const isThere = async () => states.includes((session = await learner.see(id)).state);
      await until(isThere, WAIT_LIMIT_MS).catch((error: unknown) => {
        const message = `${states.join(' or ')} did not come: ${JSON.stringify(session)}`;
        throw new Error(message, { cause: error });
      });
      return session;
    },

    /** Collects the states from `sessionChanged` until `last` returns true. */
    async follow(id: string, last: (state: string) => boolean): Promise<string[]> {
      const socket = createClient({
        url: `${berth.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { Authorization: `Bearer ${berth.adminToken}` },
      });
      const query = 'subscription ($id: ID!) { sessionChanged(id: $id) { id state } }';
      const states: string[] = [];
      for await (const { data } of socket.iterate<{ sessionChanged: { state: string } }>({
        query,
        variables: { id },
      })) {
        const state = data?.sessionChanged.state ?? '';
        if (states.at(-1) !== state) states.push(state);
        if (last(state)) break;
      }
      await socket.dispose();
      return states;
    },

    /** Opens a terminal and waits for its first prompt. */
    async terminal(session: string): Promise<TerminalClient> {
      const query =
        'mutation ($s: ID!) { openTerminal(input: { session: $s, machine: "main", rows: 24, cols: 80 }) { terminal { id } url ticket } }';
      const data = await berth.graphql<{ openTerminal: { url: string; ticket: string } }>(query, {
        s: session,
      });
      const terminal = TerminalClient.connect(data.openTerminal);
      await terminal.expect(/\$ $/);
      return terminal;
    },

    async check(session: string, step: string) {
      const query =
        'mutation ($s: ID!, $step: ID!) { runCheck(input: { session: $s, step: $step }) { attempt { passed score message reason { code } } } }';
      const data = await berth.graphql<{
        runCheck: {
          attempt: { passed: boolean; score: number; message: string; reason: { code: string } | null };
        };
      }>(query, { s: session, step });
      return data.runCheck.attempt;
    },

    /** Passes a step by typing its author's solution into a terminal. */
    async solve(terminal: TerminalClient, solution: string): Promise<void> {
      const script = await readFile(
        new URL(`../../../labs/${lab}/solutions/${solution}`, import.meta.url),
        'utf8',
      );
      terminal.forget();
      terminal.send(`bash <<'BERTH_SOLUTION'\n${script}\nBERTH_SOLUTION\necho "solved=$?"\n`);
      await terminal.expect(/solved=0/);
    },
  };
  return learner;
}
