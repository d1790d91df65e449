import type { Database } from '../../infra/database/database.ts';
import { hashSecret, makeSecret } from '../identity/secrets.ts';
import { whenGone } from '../../infra/database/database-errors.ts';
import { viewerRoles } from './terminal.ts';
import type { ViewerRole } from './terminal.ts';

/** The permission of a user to attach to a terminal in a role. */
interface Ticket {
  terminalId: string;
  userId: string;
  role: ViewerRole;
  /** Hash of the credential's secret that requested the ticket; undefined for a request without a credential. */
  openedWith: string | undefined;
}

export type TicketStore = ReturnType<typeof createTicketStore>;

/** Stores terminal tickets by the hashes of their secrets. */
export function createTicketStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** @throws TERMINAL_NOT_FOUND */
    async insert(ticket: Ticket & { hash: string; expiresAt: Date }): Promise<void> {
      const data = { ...ticket, openedWith: ticket.openedWith ?? null };
      await client.terminalTicket.create({ data }).catch(whenGone('TERMINAL_NOT_FOUND'));
    },

    /** Redeems the ticket. Returns undefined if it is not valid for this terminal, or was used already. */
    async take(hash: string, terminalId: string, now: Date): Promise<Ticket | undefined> {
      const where = { hash, terminalId, expiresAt: { gt: now } };
      const found = await client.terminalTicket.findFirst({ where });
      if (!found) return undefined;
      const { count } = await client.terminalTicket.deleteMany({ where });
      const role = viewerRoles.find((each) => each === found.role);
      if (count !== 1 || !role) return undefined;
      return { terminalId, userId: found.userId, role, openedWith: found.openedWith ?? undefined };
    },

    /** Deletes expired tickets. */
    async expire(now: Date): Promise<void> {
      await client.terminalTicket.deleteMany({ where: { expiresAt: { lte: now } } });
    },
  };
}

/** Lifetime of a ticket, in milliseconds: enough to open a socket on a slow connection. */
export const TICKET_LIFETIME_MS = 60_000;

/** Creates a ticket. Only the client receives the secret; the database stores its hash. */
export function createTicket(): { secret: string; hash: string } {
  const secret = makeSecret('ticket');
  return { secret, hash: hashSecret(secret) };
}
