import type { Database } from '../../infra/database/database.ts';
import { whenGone } from '../../infra/database/foreign-key-violation.ts';
import { viewerRoles } from './viewer.ts';
import type { ViewerRole } from './viewer.ts';

/** Who may attach to which terminal, as what. */
export interface Ticket {
  terminalId: string;
  userId: string;
  role: ViewerRole;
  /** Hash of the secret of the credential that asked for it; undefined where none did. */
  openedWith: string | undefined;
}

export type TicketStore = ReturnType<typeof createTicketStore>;

/** Keeps the tickets to terminals, by the hashes of their secrets. */
export function createTicketStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** @throws TERMINAL_NOT_FOUND */
    async insert(ticket: Ticket & { hash: string; expiresAt: Date }): Promise<void> {
      const data = { ...ticket, openedWith: ticket.openedWith ?? null };
      await client.terminalTicket.create({ data }).catch(whenGone('TERMINAL_NOT_FOUND'));
    },

    /** Uses the ticket up; undefined when it is not good for this terminal, or was used. */
    async take(hash: string, terminalId: string, now: Date): Promise<Ticket | undefined> {
      const where = { hash, terminalId, expiresAt: { gt: now } };
      const found = await client.terminalTicket.findFirst({ where });
      if (!found) return undefined;
      const { count } = await client.terminalTicket.deleteMany({ where });
      const role = viewerRoles.find((each) => each === found.role);
      if (count !== 1 || !role) return undefined;
      return { terminalId, userId: found.userId, role, openedWith: found.openedWith ?? undefined };
    },

    /** Takes away those that nobody used in time. */
    async expire(now: Date): Promise<void> {
      await client.terminalTicket.deleteMany({ where: { expiresAt: { lte: now } } });
    },
  };
}
