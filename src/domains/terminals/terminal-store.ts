import { batches } from '../../core/paging.ts';
import type { Database } from '../../infra/database/database.ts';
import { whenGone } from '../../infra/database/database-errors.ts';
import { fault } from '../../core/errors.ts';
import type { Lease, StoredLease } from '../../infra/leases/lease.ts';
import type { Terminal, TerminalSize } from './terminal.ts';
import { TICKET_LIFETIME_MS } from './ticket-store.ts';

/** A terminal with the state of its shell. */
export interface StoredTerminal extends Terminal, TerminalSize {
  /** Whether a process has started, or is starting, the shell. */
  isStarted: boolean;
  lease: StoredLease;
  /** The shell's machine and its id there; undefined until both are stored. */
  handle: { machineId: string; shell: string } | undefined;
}

export type TerminalStore = ReturnType<typeof createTerminalStore>;

/** Maximum number of terminals in one statement. */
const BATCH = 500;

/** Stores terminals in the database: which process has the lease on each shell, and how shells ended. */
export function createTerminalStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /**
     * Inserts a terminal unless the session already has `limit` open ones. The transaction makes the check atomic.
     * @throws TERMINAL_LIMIT, SESSION_NOT_FOUND
     */
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

    /**
     * Acquires the lease to start the shell. Returns false if another process has it already, or the terminal has
     * ended.
     */
    async acquireLease(id: string, { owner, expiresAt }: Lease, now: Date): Promise<boolean> {
      const { count } = await client.terminal.updateMany({
        where: { id, endedAt: null, attachedAt: null },
        data: { attachedAt: now, heldBy: owner, heldUntil: expiresAt },
      });
      return count === 1;
    },

    /** Transfers the lease from another owner. Returns false if the owner has changed, or the terminal has ended. */
    async transferLease(id: string, from: string | null, { owner, expiresAt }: Lease): Promise<boolean> {
      const { count } = await client.terminal.updateMany({
        where: { id, endedAt: null, heldBy: from },
        data: { heldBy: owner, heldUntil: expiresAt },
      });
      return count === 1;
    },

    /** Releases the leases: another process may adopt these shells immediately. */
    async releaseLeases(ids: readonly string[], owner: string): Promise<void> {
      for (const some of batches(ids, BATCH)) {
        const where = { id: { in: some }, endedAt: null, heldBy: owner };
        await client.terminal.updateMany({ where, data: { heldUntil: new Date(0) } });
      }
    },

    /** Stores the running shell. Returns false if the terminal has ended meanwhile. */
    async saveShell(
      id: string,
      shell: { machineId: string; shell: string; durable: boolean },
    ): Promise<boolean> {
      const { count } = await client.terminal.updateMany({ where: { id, endedAt: null }, data: shell });
      return count === 1;
    },

    /** Stores the size. */
    async saveSize(id: string, { rows, cols }: TerminalSize): Promise<void> {
      await client.terminal.updateMany({ where: { id }, data: { rows, cols } });
    },

    /** Marks the terminal as ended. Returns false if it had ended already, or does not exist. */
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

    /** Returns those of `ids` whose terminals ended before `since`, or do not exist. */
    async endedAmong(ids: readonly string[], since: Date): Promise<string[]> {
      const rows = await client.terminal.findMany({
        where: { id: { in: [...ids] }, OR: [{ endedAt: null }, { endedAt: { gte: since } }] },
        select: { id: true },
      });
      const going = new Set(rows.map(({ id }) => id));
      return ids.filter((id) => !going.has(id));
    },

    /** Returns the session's open terminals, oldest first, without those whose ticket expired unused. */
    async listOpen(sessionId: string, now: Date): Promise<Terminal[]> {
      const rows = await client.terminal.findMany({
        where: { sessionId, endedAt: null, NOT: unused(now) },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      return rows.map(toTerminal);
    },

    /** Extends the leases. Returns the ids of terminals that have ended or whose lease another process has. */
    async renewLeases(ids: readonly string[], { owner, expiresAt }: Lease): Promise<string[]> {
      const lost = new Set(ids);
      for (const some of batches(ids, BATCH)) {
        const where = { id: { in: some }, endedAt: null, heldBy: owner };
        await client.terminal.updateMany({ where, data: { heldUntil: expiresAt } });
        const open = await client.terminal.findMany({ where, select: { id: true } });
        for (const { id } of open) lost.delete(id);
      }
      return [...lost];
    },

    /** Marks terminals as ended whose ticket expired unused. */
    async expireUnused(now: Date): Promise<void> {
      await client.terminal.updateMany({ where: unused(now), data: { endedAt: now } });
    },

    /**
     * Returns all open terminals with an expired lease, then one page of those leased by other processes. Those renewed
     * longest ago come first.
     */
    async listLeasedByOthers(owner: string, now: Date): Promise<StoredTerminal[]> {
      const page = (after: string | undefined) =>
        client.terminal.findMany({
          where: { endedAt: null, OR: [{ heldBy: { not: owner } }, { heldUntil: { lt: now } }] },
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

/** Selects terminals that were never attached and whose ticket has expired. */
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
    isStarted: row.attachedAt !== null,
    lease: { owner: row.heldBy, expiresAt: row.heldUntil },
    handle: machineId !== null && shell !== null ? { machineId, shell } : undefined,
  };
}
