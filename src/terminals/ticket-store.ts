import type { Database } from '../database/database.ts';
import { viewerRoles } from './viewer.ts';
import type { ViewerRole } from './viewer.ts';

/** Who may attach to which terminal, as what. */
export interface Ticket {
  terminalId: string;
  userId: string;
  role: ViewerRole;
}

export type TicketStore = ReturnType<typeof createTicketStore>;

/** Keeps the tickets to terminals, by the hashes of their secrets. */
export function createTicketStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    async insert(ticket: Ticket & { hash: string; expiresAt: Date }): Promise<void> {
      await client.terminalTicket.create({ data: ticket });
    },

    /** Uses the ticket up; undefined when it is not good for this terminal, or was used. */
    async take(hash: string, terminalId: string, now: Date): Promise<Ticket | undefined> {
      const where = { hash, terminalId, expiresAt: { gt: now } };
      const found = await client.terminalTicket.findFirst({ where });
      if (!found) return undefined;
      const { count } = await client.terminalTicket.deleteMany({ where });
      const role = viewerRoles.find((each) => each === found.role);
      return count === 1 && role ? { terminalId, userId: found.userId, role } : undefined;
    },

    /** Takes away those that nobody used in time. */
    async expire(now: Date): Promise<void> {
      await client.terminalTicket.deleteMany({ where: { expiresAt: { lte: now } } });
    },
  };
}
