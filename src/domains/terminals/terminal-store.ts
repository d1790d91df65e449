import { batches } from '../../core/batches.ts';
import type { Database } from '../../infra/database/database.ts';
import { whenGone } from '../../infra/database/foreign-key-violation.ts';
import { fault } from '../../core/errors.ts';
import type { Terminal, TerminalSize } from './terminal.ts';
import { TICKET_LIFETIME_MS } from './tickets.ts';

/** A terminal with all that is known of its shell. */
export interface StoredTerminal extends Terminal, TerminalSize {
  /** Whether its shell was, or is being, started. */
  begun: boolean;
  heldBy: string | undefined;
  heldUntil: Date | undefined;
  /** Undefined while there is no shell, or it was not noted yet. */
  handle: { machineId: string; shell: string } | undefined;
}

/** A claim of one process on a terminal, for so long. */
export interface Hold {
  holder: string;
  until: Date;
}

export type TerminalStore = ReturnType<typeof createTerminalStore>;

/** Most terminals read, or written, in one statement. */
const BATCH = 500;

/** Keeps terminals in the database: who holds which shell, and how they ended. */
export function createTerminalStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /** Adds a terminal, unless the session has `limit` already; counted so that no two pass at once. @throws TERMINAL_LIMIT, SESSION_NOT_FOUND */
    async insert(terminal: NewTerminal & { limit: number }): Promise<Terminal> {
      const { id, sessionId, machine, openedById, rows, cols, now, limit } = terminal;
      const insert = database.transaction(async (tx) => {
        const open = await tx.terminal.count({ where: { sessionId, endedAt: null, NOT: unused(now) } });
        if (open >= limit) throw fault('TERMINAL_LIMIT', { limit });
        return tx.terminal.create({
          data: { id, sessionId, machineName: machine, openedById, rows, cols, createdAt: now },
        });
      });
      return toTerminal(await insert.catch(whenGone('SESSION_NOT_FOUND')));
    },

    /** Has `holder` start its shell; false when somebody does already, or it has ended. */
    async begin(id: string, { holder, until }: Hold, now: Date): Promise<boolean> {
      const { count } = await client.terminal.updateMany({
        where: { id, endedAt: null, attachedAt: null },
        data: { attachedAt: now, heldBy: holder, heldUntil: until },
      });
      return count === 1;
    },

    /** Passes a terminal on from its holder; false when that is another one by now, or it has ended. */
    async passOn(id: string, from: string | undefined, { holder, until }: Hold): Promise<boolean> {
      const { count } = await client.terminal.updateMany({
        where: { id, endedAt: null, heldBy: from ?? null },
        data: { heldBy: holder, heldUntil: until },
      });
      return count === 1;
    },

    /** Gives up the hold on these: another process may take them over at once. */
    async letGo(ids: readonly string[], holder: string): Promise<void> {
      for (const some of batches(ids, BATCH)) {
        const where = { id: { in: some }, endedAt: null, heldBy: holder };
        await client.terminal.updateMany({ where, data: { heldUntil: new Date(0) } });
      }
    },

    /** Notes the running shell; false when the terminal was ended meanwhile. */
    async started(
      id: string,
      shell: { machineId: string; shell: string; durable: boolean },
    ): Promise<boolean> {
      const { count } = await client.terminal.updateMany({ where: { id, endedAt: null }, data: shell });
      return count === 1;
    },

    /** Notes the size that its owner has given it. */
    async resized(id: string, { rows, cols }: TerminalSize): Promise<void> {
      await client.terminal.updateMany({ where: { id }, data: { rows, cols } });
    },

    /** Marks it ended; false when it was already, or is gone. */
    async end(id: string, end: { at: Date; exitCode?: number | undefined }): Promise<boolean> {
      const { count } = await client.terminal.updateMany({
        where: { id, endedAt: null },
        data: { endedAt: end.at, exitCode: end.exitCode ?? null },
      });
      return count === 1;
    },

    async find(id: string): Promise<StoredTerminal | undefined> {
      const row = await client.terminal.findUnique({ where: { id } });
      return row ? toStored(row) : undefined;
    },

    /** Those of these terminals that ended before `since`, or are gone. */
    async endedAmong(ids: readonly string[], since: Date): Promise<string[]> {
      const rows = await client.terminal.findMany({
        where: { id: { in: [...ids] }, OR: [{ endedAt: null }, { endedAt: { gte: since } }] },
        select: { id: true },
      });
      const going = new Set(rows.map(({ id }) => id));
      return ids.filter((id) => !going.has(id));
    },

    /** Oldest first, without those that nobody came to in time. */
    async listOpen(sessionId: string, now: Date): Promise<Terminal[]> {
      const rows = await client.terminal.findMany({
        where: { sessionId, endedAt: null, NOT: unused(now) },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      return rows.map(toTerminal);
    },

    /** Moves the hold on these terminals on, and answers those of them that are no longer open or another's. */
    async renew(ids: readonly string[], { holder, until }: Hold): Promise<string[]> {
      const lost = new Set(ids);
      for (const some of batches(ids, BATCH)) {
        const where = { id: { in: some }, endedAt: null, heldBy: holder };
        await client.terminal.updateMany({ where, data: { heldUntil: until } });
        const open = await client.terminal.findMany({ where, select: { id: true } });
        for (const { id } of open) lost.delete(id);
      }
      return [...lost];
    },

    /** Marks terminals ended that nobody came to in time. */
    async expireUnused(now: Date): Promise<void> {
      await client.terminal.updateMany({ where: unused(now), data: { endedAt: now } });
    },

    /**
     * Open terminals whose hold has run out, of any process: all of them. After them some that others
     * hold, those first that were kept up longest ago.
     */
    async heldByOthers(holder: string, now: Date): Promise<StoredTerminal[]> {
      const page = (after: string | undefined) =>
        client.terminal.findMany({
          where: { endedAt: null, OR: [{ heldBy: { not: holder } }, { heldUntil: { lt: now } }] },
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
      return rows.map(toStored);
    },
  };
}

interface NewTerminal extends TerminalSize {
  id: string;
  sessionId: string;
  machine: string;
  openedById: string;
  now: Date;
}

/** Terminals that were never attached and cannot be any more. */
const unused = (now: Date) => ({
  endedAt: null,
  attachedAt: null,
  createdAt: { lte: new Date(now.getTime() - TICKET_LIFETIME_MS) },
});

interface TerminalRow {
  id: string;
  sessionId: string;
  machineName: string;
  openedById: string;
  rows: number;
  cols: number;
  durable: boolean;
  machineId: string | null;
  shell: string | null;
  heldBy: string | null;
  heldUntil: Date | null;
  createdAt: Date;
  attachedAt: Date | null;
  endedAt: Date | null;
  exitCode: number | null;
}

function toTerminal(row: TerminalRow): Terminal {
  return {
    id: row.id,
    sessionId: row.sessionId,
    machine: row.machineName,
    openedById: row.openedById,
    durable: row.durable,
    createdAt: row.createdAt,
    endedAt: row.endedAt ?? undefined,
    exitCode: row.exitCode ?? undefined,
  };
}

function toStored(row: TerminalRow): StoredTerminal {
  const { rows, cols, machineId, shell } = row;
  return {
    ...toTerminal(row),
    rows,
    cols,
    begun: row.attachedAt !== null,
    heldBy: row.heldBy ?? undefined,
    heldUntil: row.heldUntil ?? undefined,
    handle: machineId !== null && shell !== null ? { machineId, shell } : undefined,
  };
}
