import { batches } from '../batches.ts';
import type { Database } from '../database/database.ts';
import { fault } from '../errors.ts';
import type { Terminal, TerminalSize } from './terminal.ts';

/** What a used ticket gives to whoever starts the shell. */
export interface TakenTerminal extends TerminalSize {
  id: string;
  sessionId: string;
  machine: string;
  openedById: string;
}

/** A terminal that some process holds, or held when it died. */
export interface HeldTerminal {
  id: string;
  heldBy: string;
  heldUntil: Date;
  /** Undefined when the shell was not noted yet. */
  handle: { machineId: string; shell: string } | undefined;
}

export type TerminalStore = ReturnType<typeof createTerminalStore>;

/** Most terminals read, or written, in one statement. */
const BATCH = 500;

/** Keeps terminals in the database: who may attach, who holds which shell, and how they ended. */
export function createTerminalStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Adds a terminal, unless the session has `limit` already; counted so that no two pass at once. @throws TERMINAL_LIMIT */
    async insert(terminal: NewTerminal & { limit: number }): Promise<Terminal> {
      const { id, sessionId, machine, openedById, rows, cols, ticketHash, ticketExpiresAt, now, limit } =
        terminal;
      const row = await database.transaction(async (tx) => {
        const open = await tx.terminal.count({ where: { sessionId, endedAt: null, NOT: unused(now) } });
        if (open >= limit) throw fault('TERMINAL_LIMIT', { limit });
        return tx.terminal.create({
          data: {
            id,
            sessionId,
            machineName: machine,
            openedById,
            rows,
            cols,
            ticketHash,
            ticketExpiresAt,
            createdAt: now,
          },
        });
      });
      return toTerminal(row);
    },

    /** Uses the ticket up for `holder`; undefined when it is not good for this terminal, or was used. */
    async take(ticket: {
      id: string;
      ticketHash: string;
      now: Date;
      holder: string;
      heldUntil: Date;
    }): Promise<TakenTerminal | undefined> {
      const { id, ticketHash, now, holder, heldUntil } = ticket;
      const [row] = await client.terminal.updateManyAndReturn({
        where: { id, ticketHash, ticketExpiresAt: { gt: now }, endedAt: null },
        data: { ticketHash: null, attachedAt: now, heldBy: holder, heldUntil },
      });
      if (!row) return undefined;
      const { sessionId, machineName, openedById, rows, cols } = row;
      return { id, sessionId, machine: machineName, openedById, rows, cols };
    },

    /** Notes the running shell; false when the terminal was ended meanwhile. */
    async started(id: string, handle: { machineId: string; shell: string }): Promise<boolean> {
      const { count } = await client.terminal.updateMany({ where: { id, endedAt: null }, data: handle });
      return count === 1;
    },

    /** Marks it ended; false when it was already, or is gone. */
    async end(id: string, end: { at: Date; exitCode?: number | undefined }): Promise<boolean> {
      const { count } = await client.terminal.updateMany({
        where: { id, endedAt: null },
        data: { endedAt: end.at, exitCode: end.exitCode ?? null, ticketHash: null },
      });
      return count === 1;
    },

    async find(id: string): Promise<Terminal | undefined> {
      const row = await client.terminal.findUnique({ where: { id } });
      return row ? toTerminal(row) : undefined;
    },

    /** Oldest first, without those whose ticket ran out. */
    async listOpen(sessionId: string, now: Date): Promise<Terminal[]> {
      const rows = await client.terminal.findMany({
        where: { sessionId, endedAt: null, NOT: unused(now) },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      return rows.map(toTerminal);
    },

    /** Moves the hold on these terminals on, and answers those of them that are no longer open, or gone. */
    async renew(ids: readonly string[], heldUntil: Date): Promise<string[]> {
      const ended = new Set(ids);
      for (const some of batches(ids, BATCH)) {
        const where = { id: { in: some }, endedAt: null };
        await client.terminal.updateMany({ where, data: { heldUntil } });
        const open = await client.terminal.findMany({ where, select: { id: true } });
        for (const { id } of open) ended.delete(id);
      }
      return [...ended];
    },

    /** Marks terminals ended whose ticket nobody used in time. */
    async expireUnused(now: Date): Promise<void> {
      await client.terminal.updateMany({ where: unused(now), data: { endedAt: now, ticketHash: null } });
    },

    /**
     * Open terminals whose hold has run out, whoever had it: all of them. After them some that others
     * hold, those first that were kept up longest ago.
     */
    async heldByOthers(holder: string, now: Date): Promise<HeldTerminal[]> {
      const page = (after: string | undefined) =>
        client.terminal.findMany({
          where: { endedAt: null, OR: [{ heldBy: { not: holder } }, { heldUntil: { lt: now } }] },
          select: { id: true, machineId: true, shell: true, heldBy: true, heldUntil: true },
          orderBy: [{ heldUntil: 'asc' }, { id: 'asc' }],
          ...(after !== undefined && { cursor: { id: after }, skip: 1 }),
          take: BATCH,
        });
      const rows = await page(undefined);
      let last = rows.at(-1);
      while (last?.heldUntil && last.heldUntil < now) {
        const more = await page(last.id);
        rows.push(...more);
        last = more.at(-1);
      }
      return rows.map(({ id, machineId, shell, heldBy, heldUntil }) => ({
        id,
        heldBy: heldBy ?? '',
        heldUntil: heldUntil ?? now,
        handle: machineId !== null && shell !== null ? { machineId, shell } : undefined,
      }));
    },
  };
}

interface NewTerminal extends TerminalSize {
  id: string;
  sessionId: string;
  machine: string;
  openedById: string;
  ticketHash: string;
  ticketExpiresAt: Date;
  now: Date;
}

/** Terminals that were never attached and can not be any more. */
const unused = (now: Date) => ({ endedAt: null, attachedAt: null, ticketExpiresAt: { lte: now } });

function toTerminal(row: {
  id: string;
  sessionId: string;
  machineName: string;
  createdAt: Date;
  endedAt: Date | null;
  exitCode: number | null;
}): Terminal {
  return {
    id: row.id,
    sessionId: row.sessionId,
    machine: row.machineName,
    createdAt: row.createdAt,
    endedAt: row.endedAt ?? undefined,
    exitCode: row.exitCode ?? undefined,
  };
}
