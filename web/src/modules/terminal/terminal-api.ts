import { gql } from 'urql';
import type { Client, CombinedError } from 'urql';
import { AttachRefused } from 'berth-terminal-client/attach-refused';
import type { Admission } from 'berth-terminal-client/connect-terminal';
import { errorText } from '../api/error-text.ts';

/** A shell that is there. */
export interface RunningTerminal {
  id: string;
  machine: string;
  createdAt: string;
  openedBy: { id: string } | null;
}

/** What one wants to be at a terminal of another. */
export type GuestRole = 'WATCHING' | 'ASSISTING';

export const SessionTerminals = gql<
  { viewer: { id: string } | null; session: { terminals: RunningTerminal[] } },
  { session: string }
>`
  query SessionTerminals($session: ID!) {
    viewer {
      id
    }
    session(id: $session) {
      id
      terminals {
        id
        machine
        createdAt
        openedBy {
          id
        }
      }
    }
  }
`;

interface Way {
  url: string;
  ticket: string;
  terminal: { id: string };
}

const OpenTerminal = gql<{ way: Way }, { session: string; machine: string; rows: number; cols: number }>`
  mutation OpenTerminal($session: ID!, $machine: String!, $rows: Int!, $cols: Int!) {
    way: openTerminal(input: { session: $session, machine: $machine, rows: $rows, cols: $cols }) {
      url
      ticket
      terminal {
        id
      }
    }
  }
`;

const AttachTerminal = gql<{ way: Way }, { terminal: string; as: GuestRole | undefined }>`
  mutation AttachTerminal($terminal: ID!, $as: TerminalRole) {
    way: attachTerminal(input: { terminal: $terminal, as: $as }) {
      url
      ticket
      terminal {
        id
      }
    }
  }
`;

const CloseTerminal = gql<{ closeTerminal: { closedId: string | null } }, { terminal: string }>`
  mutation CloseTerminal($terminal: ID!) {
    closeTerminal(input: { terminal: $terminal }) {
      closedId
    }
  }
`;

/** What a service says that has too much to do, or starts anew: soon it says something else. */
const passing: ReadonlySet<unknown> = new Set([
  'RATE_LIMITED',
  'SHUTTING_DOWN',
  'DATABASE_BUSY',
  'DATABASE_UNREACHABLE',
  'ENGINE_UNREACHABLE',
]);

/** A way into a new terminal. */
export async function openTerminal(
  client: Client,
  place: { session: string; machine: string; rows: number; cols: number },
): Promise<Admission> {
  const { data, error } = await client.mutation(OpenTerminal, place);
  return admission(data, error);
}

/** A way into a terminal that is there: one's own, or as a guest. */
export async function attachTerminal(
  client: Client,
  terminal: string,
  as: GuestRole | undefined,
): Promise<Admission> {
  const { data, error } = await client.mutation(AttachTerminal, { terminal, as });
  return admission(data, error);
}

/** Ends its shell. Where that is not heard, the shell goes on, and is there again when the page is. */
export async function closeTerminal(client: Client, terminal: string): Promise<void> {
  await client.mutation(CloseTerminal, { terminal });
}

function admission(data: { way: Way } | undefined, error: CombinedError | undefined): Admission {
  if (data) return { terminal: data.way.terminal.id, url: data.way.url, ticket: data.way.ticket };
  if (!error) throw new Error('The service answered nothing.');
  const code = error.graphQLErrors[0]?.extensions['code'];
  if (error.networkError || passing.has(code)) throw error;
  throw new AttachRefused({ code: String(code), message: errorText(error), details: {} });
}
