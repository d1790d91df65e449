import type { Client, CombinedError } from 'urql';
import { AttachRefused } from 'berth-terminal-client/attach-refused';
import type { Admission } from 'berth-terminal-client/connect-terminal';
import {
  AttachTerminalDocument,
  CloseTerminalDocument,
  OpenTerminalDocument,
} from '../../generated/operations.ts';
import type { OpenTerminalResult, TerminalRole } from '../../generated/operations.ts';
import { errorText } from '../api/error-text.ts';

/** The role of a user at another user's terminal. */
export type GuestRole = Exclude<TerminalRole, 'OWNER'>;

/** Codes of temporary errors, after which the client retries. */
const temporaryErrors: ReadonlySet<unknown> = new Set([
  'RATE_LIMITED',
  'SHUTTING_DOWN',
  'DATABASE_BUSY',
  'DATABASE_UNREACHABLE',
  'ENGINE_UNREACHABLE',
]);

/** Opens a new terminal. */
export async function openTerminal(
  client: Client,
  place: { session: string; machine: string; rows: number; cols: number },
): Promise<Admission> {
  const { data, error } = await client.mutation(OpenTerminalDocument, place);
  return toAdmission(data, error);
}

/** Attaches to an open terminal: the user's own, or another user's in the role `as`. */
export async function attachTerminal(
  client: Client,
  terminal: string,
  as: GuestRole | undefined,
): Promise<Admission> {
  const { data, error } = await client.mutation(AttachTerminalDocument, { terminal, as });
  return toAdmission(data, error);
}

/**
 * Ends a shell, even if the page is left before the service answers. If the request fails, the shell keeps running and
 * is shown again when the page reloads.
 */
export async function closeTerminal(client: Client, terminal: string): Promise<void> {
  await client.mutation(CloseTerminalDocument, { terminal }, { fetchOptions: { keepalive: true } });
}

function toAdmission(data: OpenTerminalResult | undefined, error: CombinedError | undefined): Admission {
  if (data) {
    const { url, ticket, terminal } = data.admission;
    return { terminal: terminal.id, url, ticket };
  }
  if (!error) throw new Error('The service returned neither data nor an error.');
  const code = error.graphQLErrors[0]?.extensions['code'];
  if (error.networkError || temporaryErrors.has(code)) throw error;
  throw new AttachRefused({ code: String(code), message: errorText(error), details: {} });
}
