import { hashSecret, makeSecret } from '../identity/secrets.ts';

/** How long a ticket can be used, in milliseconds: enough to open a socket on a poor line. */
export const TICKET_LIFETIME_MS = 60_000;

/** Makes a ticket. The secret goes to the client and nowhere else; the database keeps its hash. */
export function createTicket(): { secret: string; hash: string } {
  const secret = makeSecret('ticket');
  return { secret, hash: hashSecret(secret) };
}
