import { batched } from '../../core/batched.ts';
import type { Database, Transaction } from '../../infra/database/database.ts';
import { whenGone, isUniqueViolation } from '../../infra/database/database-errors.ts';
import type { Prisma } from '../../infra/database/generated/sqlite/client.ts';
import type { ProvisionedMachine } from '../../engine/engine.ts';
import type { AccessLimits } from '../identity/work-access-limits.ts';
import { accessibleAmongFew, accessibleWork, newestOf } from '../identity/work-access-limits.ts';
import { countingRun, nextRun } from './assignment-work-store.ts';
import type { NewRun } from './assignment-work-store.ts';
import { handleOf, isStored, machineRows, withHandle } from './machine-store.ts';
import { isActive, nextState, isOnEngine, planStart } from './session-states.ts';
import type { SessionEvent, OwnSession } from './session-states.ts';
import type { SessionState } from './session.ts';

/** A session as it is stored, with its machines in the lab's order. */
export type SessionRow = Prisma.SessionGetPayload<typeof withMachines>;

/** Columns that can change in addition to the state. */
export type SessionChanges = Partial<
  Omit<SessionRow, 'id' | 'learnerId' | 'state' | 'generation' | 'activeKey' | 'machines'>
>;

export interface NewSession {
  id: string;
  learnerId: string;
  labSlug: string;
  labVersion: string;
  machines: { name: string; image: string }[];
  createdAt: Date;
  queuedAt: Date;
  lastActivityAt: Date;
  expiresAt: Date;
  idleMinutes: number;
  endsAt: Date;
  maxEndsAt: Date;
  runStartedAt: Date | null;
  timeLimitMinutes: number | null;
  closesAt: Date | null;
  savedStateId?: string;
  forkOfId?: string;
}

/** Whose session of what it is: of a lab in self-study, or of an assignment, which staff only try. */
export interface SessionKey {
  learnerId: string;
  labSlug: string;
  assignmentId?: string | null | undefined;
  isTrial?: boolean | undefined;
}

export interface MoveOptions {
  machines?: ProvisionedMachine[];
  sameEnd?: boolean;
}

const withMachines = { include: { machines: { orderBy: { id: 'asc' } } } } as const;

export type SessionStore = ReturnType<typeof createSessionStore>;

/** Stores sessions. Only methods that say so find sessions that their learner deleted. */
export function createSessionStore({ database }: { database: Database }) {
  const { client } = database;

  const findMany = (ids: readonly string[]): Promise<SessionRow[]> =>
    client.session.findMany({ where: { id: { in: [...ids] }, removedAt: null }, ...withMachines });

  // Pages and the clients of a whole class ask for single sessions.
  const find = batched<string, SessionRow | null>(
    async (ids) => {
      const rows = await findMany(ids);
      return ids.map((id) => rows.find((row) => row.id === id) ?? null);
    },
    { acrossRequests: true },
  );

  return {
    /**
     * Inserts a requested session, of an assignment if there is a `newRun`. Resolves to `exists` if the learner has an
     * active one of the lab or assignment, and to `limit` if the maximum is active or still on the engine. Both are safe
     * under concurrency. It deletes the oldest sessions of a long history, but not their attempts.
     * @throws ATTEMPTS_USED, USER_NOT_FOUND or ASSIGNMENT_NOT_FOUND if one was deleted meanwhile
     */
    async create(
      session: NewSession,
      limit: number,
      newRun?: NewRun,
    ): Promise<SessionRow | 'exists' | 'limit'> {
      const { machines, ...fields } = session;
      const { assignmentId, courseId, isTrial } = newRun ?? {};
      const activeKey = keyOf({ ...session, assignmentId, isTrial });
      try {
        return await database.transaction(async (tx) => {
          const plan = planStart(await findOwn(tx, session.learnerId), { activeKey, limit });
          if (typeof plan === 'string') return plan;
          if (plan.forget.length > 0) await tx.session.deleteMany({ where: { id: { in: plan.forget } } });
          const run = newRun && { assignmentId, courseId, run: await nextRun(tx, newRun, session) };
          return insertSession(tx, { ...fields, ...run, machines, state: 'requested', activeKey });
        });
      } catch (error) {
        if (isUniqueViolation(error, 'activeKey')) return 'exists';
        return whenGone(newRun ? 'ASSIGNMENT_NOT_FOUND' : 'USER_NOT_FOUND')(error);
      }
    },

    /** Counts the sessions in each state, without empty states. */
    async countByState(): Promise<Partial<Record<SessionState, number>>> {
      const counts = await client.session.groupBy({
        by: ['state'],
        where: { removedAt: null },
        _count: true,
      });
      return Object.fromEntries(counts.map(({ state, _count }) => [state, _count]));
    },

    findActive: (key: SessionKey): Promise<SessionRow | null> =>
      client.session.findUnique({ where: { activeKey: keyOf(key) }, ...withMachines }),

    find,

    /** Also finds a deleted session while something of it exists. */
    findAny: (id: string): Promise<SessionRow | null> =>
      client.session.findUnique({ where: { id }, ...withMachines }),

    /** Finds the session with this environment, deleted or not. */
    findByEnvironment: (environmentId: string): Promise<SessionRow | null> =>
      client.session.findUnique({ where: { environmentId }, ...withMachines }),

    findMany,

    /** Returns a learner's sessions that are not deleted. */
    findOfLearner: (learnerId: string): Promise<SessionRow[]> =>
      client.session.findMany({ where: { learnerId, removedAt: null }, ...withMachines }),

    /** Returns a page, newest first, after the session `after`: ids sort by time of creation. */
    async page(
      filter: {
        learnerId?: string | undefined;
        /** Whose work is included; undefined: everybody's. */
        limits: AccessLimits | undefined;
        labSlug?: string | undefined;
        /** null for self-study only. */
        assignmentId?: string | null | undefined;
        states?: SessionState[] | undefined;
      },
      { take, after }: { take: number; after: string | undefined },
    ): Promise<SessionRow[]> {
      const where = {
        removedAt: null,
        ...(filter.learnerId !== undefined && { learnerId: filter.learnerId }),
        ...(filter.labSlug !== undefined && { labSlug: filter.labSlug }),
        ...(filter.assignmentId !== undefined && { assignmentId: filter.assignmentId }),
        ...(filter.states && { state: { in: filter.states } }),
        ...(after !== undefined && { id: { lt: after } }),
      };
      const isNarrow = filter.learnerId !== undefined || Boolean(filter.assignmentId);
      const page = { orderBy: { id: 'desc' }, take } as const;
      return await newestOf((isNarrow ? accessibleAmongFew : accessibleWork)(filter.limits), take, {
        ids: (condition) =>
          client.session.findMany({ where: { ...where, AND: [condition] }, ...page, select: { id: true } }),
        rows: (condition) =>
          client.session.findMany({ where: { ...where, AND: [condition] }, ...page, ...withMachines }),
      });
    },

    /** Finds all sessions that have something on the engine, or will: the reconciler compares them with it. */
    findOnEngine: (): Promise<SessionRow[]> =>
      client.session.findMany({
        where: {
          OR: [{ activeKey: { not: null } }, { environmentId: { not: null } }, { state: 'stopping' }],
        },
        ...withMachines,
      }),

    /** Finds sessions in these states, including deleted ones. */
    findInStates: (states: SessionState[]): Promise<SessionRow[]> =>
      client.session.findMany({ where: { state: { in: states } }, ...withMachines }),

    /**
     * Moves the session by `event` if it is unchanged since `row`, and stores the ids and addresses of `machines`. With
     * `sameEnd`, its end must be unmoved too. Returns the new row; undefined if somebody else was first, or if the event
     * is not possible in its state.
     */
    async move(
      row: SessionRow,
      event: SessionEvent,
      changes: SessionChanges = {},
      { machines = [], sameEnd = false }: MoveOptions = {},
    ): Promise<SessionRow | undefined> {
      if (nextState(row.state, event) === undefined) return undefined;
      // Ids are stored first, only while the row is unchanged: nobody reads them before the state changes.
      const session = { generation: row.generation, state: row.state };
      for (const machine of machines.filter((made) => !isStored(row, made))) {
        const where = { sessionId: row.id, name: machine.name, session };
        await client.machine.updateMany({ where, data: handleOf(machine) });
      }
      const move = (tx: Pick<Transaction, 'session'>) => moveWithin(tx, row, event, { changes, sameEnd });
      const starts = event === 'provisioned' && row.assignmentId !== null;
      const moved = await (starts ? database.transaction((tx) => countingRun(tx, row, move)) : move(client));
      return moved && { ...moved, machines: row.machines.map((machine) => withHandle(machine, machines)) };
    },

    /**
     * Queues, with one write, those of the sessions that are still requested. No event leads back to `requested`, so the
     * state alone shows whether somebody was first. Returns the changed rows.
     */
    queue: (ids: readonly string[]): Promise<Pick<SessionRow, 'id' | 'learnerId' | 'generation'>[]> =>
      client.session.updateManyAndReturn({
        where: { id: { in: [...ids] }, state: 'requested' },
        data: { state: 'queued', generation: { increment: 1 } },
        select: { id: true, learnerId: true, generation: true },
      }),

    /** Changes other columns than the state, if the session still has the row's state and generation. */
    async change(row: SessionRow, changes: SessionChanges): Promise<boolean> {
      const { count } = await client.session.updateMany({
        where: { id: row.id, generation: row.generation, state: row.state },
        data: changes,
      });
      return count === 1;
    },

    /** Deletes the row if it is unchanged. */
    async remove(row: SessionRow): Promise<boolean> {
      const { count } = await client.session.deleteMany({
        where: { id: row.id, generation: row.generation },
      });
      return count === 1;
    },
  };
}

/**
 * Moves a session as {@link SessionStore}'s `move` does, inside a transaction that changes more. Returns the new row;
 * undefined if somebody else was first, or if the event is not possible.
 */
export async function moveWithin(
  tx: Pick<Transaction, 'session'>,
  row: SessionRow,
  event: SessionEvent,
  { changes = {}, sameEnd = false }: { changes?: SessionChanges; sameEnd?: boolean } = {},
): Promise<SessionRow | undefined> {
  const state = nextState(row.state, event);
  if (state === undefined) return undefined;
  const [moved] = await tx.session.updateManyAndReturn({
    where: {
      id: row.id,
      generation: row.generation,
      state: row.state,
      ...(sameEnd && { expiresAt: row.expiresAt, endsAt: row.endsAt }),
    },
    data: {
      ...changes,
      state,
      generation: row.generation + 1,
      ...(!isActive(state) && { activeKey: null }),
    },
  });
  return moved && { ...moved, machines: row.machines };
}

/** Counts the learner's sessions that are on the engine, or will be; saved ones are not. */
export async function countOnEngine(tx: Transaction, learnerId: string): Promise<number> {
  return (await findOwn(tx, learnerId)).filter(isOnEngine).length;
}

/** Returns all sessions of the learner, newest first. The session limit and the history limit bound their number. */
function findOwn(tx: Transaction, learnerId: string): Promise<OwnSession[]> {
  return tx.session.findMany({
    where: { learnerId },
    orderBy: { id: 'desc' },
    select: { id: true, state: true, activeKey: true, environmentId: true, removedAt: true },
  });
}

/** Inserts a session with its machines. */
export async function insertSession(
  tx: Transaction,
  {
    machines,
    ...fields
  }: NewSession &
    Pick<Prisma.SessionUncheckedCreateInput, 'state' | 'activeKey' | 'assignmentId' | 'courseId' | 'run'>,
): Promise<SessionRow> {
  const row = await tx.session.create({ data: fields });
  const rows = machineRows(row.id, machines);
  await tx.machine.createMany({ data: rows });
  return { ...row, machines: rows };
}

/** Returns the unique key of a learner's active session of a lab or an assignment. */
export function keyOf({ learnerId, labSlug, assignmentId, isTrial = false }: SessionKey): string {
  if (!assignmentId) return `${learnerId}:${labSlug}`;
  return `${learnerId}:${isTrial ? 'trial' : 'assignment'}:${assignmentId}`;
}
