import type { Database, Transaction } from '../../infra/database/database.ts';
import { whenGone } from '../../infra/database/foreign-key-violation.ts';
import type { Prisma } from '../../infra/database/generated/sqlite/client.ts';
import { isUniqueViolation } from '../../infra/database/unique-violation.ts';
import type { ProvisionedMachine } from '../../engine/engine.ts';
import { formatAddresses } from './provisioning/machine-addresses.ts';
import { isActive, nextState } from './session-states.ts';
import type { SessionEvent } from './session-states.ts';
import type { SessionState } from './session.ts';
import { isOnEngine, planStart } from './provisioning/start-plan.ts';
import type { OwnSession } from './provisioning/start-plan.ts';

/** A session as it is stored, with its machines in the lab's order. */
export type SessionRow = Prisma.SessionGetPayload<typeof whole>;

/** What may change beside the state. */
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
  savedStateId?: string;
  forkOfId?: string;
}

export interface MoveOptions {
  machines?: ProvisionedMachine[];
  sameEnd?: boolean;
}

const whole = { include: { machines: { orderBy: { id: 'asc' } } } } as const;

export type SessionStore = ReturnType<typeof createSessionStore>;

/** Sessions in the database. What a learner deleted is found only by the methods that say so. */
export function createSessionStore({ database }: { database: Database }) {
  const { client } = database;

  return {
    /**
     * Makes a session that nobody works on yet; `exists` when the learner has an active one of the
     * lab, `limit` when as many as they may have are active, or still on the engine: both are safe
     * under concurrency. The oldest of a long history go; attempts stay.
     */
    async create(session: NewSession, limit: number): Promise<SessionRow | 'exists' | 'limit'> {
      const { machines, ...fields } = session;
      const activeKey = keyOf(session.learnerId, session.labSlug);
      try {
        return await database.transaction(async (tx) => {
          const plan = planStart(await findOwn(tx, session.learnerId), { activeKey, limit });
          if (typeof plan === 'string') return plan;
          if (plan.forget.length > 0) await tx.session.deleteMany({ where: { id: { in: plan.forget } } });
          return insertSession(tx, { ...fields, machines, state: 'requested', activeKey });
        });
      } catch (error) {
        if (isUniqueViolation(error, 'activeKey')) return 'exists';
        return whenGone('USER_NOT_FOUND')(error);
      }
    },

    /** How many there are in each state; states that no session is in are left out. */
    async countByState(): Promise<Partial<Record<SessionState, number>>> {
      const counts = await client.session.groupBy({
        by: ['state'],
        where: { removedAt: null },
        _count: true,
      });
      return Object.fromEntries(counts.map(({ state, _count }) => [state, _count]));
    },

    findActive: (learnerId: string, labSlug: string): Promise<SessionRow | null> =>
      client.session.findUnique({ where: { activeKey: keyOf(learnerId, labSlug) }, ...whole }),

    find: (id: string): Promise<SessionRow | null> =>
      client.session.findFirst({ where: { id, removedAt: null }, ...whole }),

    /** Also what its learner deleted, as long as something of it is left. */
    findAny: (id: string): Promise<SessionRow | null> =>
      client.session.findUnique({ where: { id }, ...whole }),

    /** The session that has this environment, deleted or not. */
    findByEnvironment: (environmentId: string): Promise<SessionRow | null> =>
      client.session.findUnique({ where: { environmentId }, ...whole }),

    findMany: (ids: readonly string[]): Promise<SessionRow[]> =>
      client.session.findMany({ where: { id: { in: [...ids] }, removedAt: null }, ...whole }),

    /** All of one learner that are not deleted. */
    findOfLearner: (learnerId: string): Promise<SessionRow[]> =>
      client.session.findMany({ where: { learnerId, removedAt: null }, ...whole }),

    /** Newest first, from after the session `after`: ids sort by the time they were made. */
    page(
      filter: {
        learnerId?: string | undefined;
        /** Learners whose sessions are left out. */
        notOf: ReadonlySet<string>;
        labSlug?: string | undefined;
        states?: SessionState[] | undefined;
      },
      { take, after }: { take: number; after: string | undefined },
    ): Promise<SessionRow[]> {
      return client.session.findMany({
        where: {
          removedAt: null,
          learnerId: {
            notIn: [...filter.notOf],
            ...(filter.learnerId !== undefined && { equals: filter.learnerId }),
          },
          ...(filter.labSlug !== undefined && { labSlug: filter.labSlug }),
          ...(filter.states && { state: { in: filter.states } }),
          ...(after !== undefined && { id: { lt: after } }),
        },
        orderBy: { id: 'desc' },
        take,
        ...whole,
      });
    },

    /** All that may have something on the engine, or will: what the reconciler compares with it. */
    findOnEngine: (): Promise<SessionRow[]> =>
      client.session.findMany({
        where: {
          OR: [{ activeKey: { not: null } }, { environmentId: { not: null } }, { state: 'stopping' }],
        },
        ...whole,
      }),

    /** Sessions in any of `states`, deleted ones too. */
    findInStates: (states: SessionState[]): Promise<SessionRow[]> =>
      client.session.findMany({ where: { state: { in: states } }, ...whole }),

    /**
     * Moves the session by `event` if it is still as `row` has it; `machines` get their handles and
     * addresses with it, and with `sameEnd` its end must be unmoved too. The new row; undefined when
     * somebody else was first, or when the event cannot happen in its state.
     */
    async move(
      row: SessionRow,
      event: SessionEvent,
      changes: SessionChanges = {},
      { machines = [], sameEnd = false }: MoveOptions = {},
    ): Promise<SessionRow | undefined> {
      if (nextState(row.state, event) === undefined) return undefined;
      // Handles are noted first, only while the row is as it was: nobody reads them before the state says so.
      const session = { generation: row.generation, state: row.state };
      for (const machine of machines.filter((made) => !isNoted(row, made))) {
        const where = { sessionId: row.id, name: machine.name, session };
        await client.machine.updateMany({ where, data: handleOf(machine) });
      }
      const moved = await moveWithin(client, row, event, { changes, sameEnd });
      return moved && { ...moved, machines: row.machines.map((machine) => withHandle(machine, machines)) };
    },

    /**
     * Lets all of these wait that nobody has begun yet, by one write. Nothing leads back to `requested`,
     * so that the state alone says whether somebody was first. What moved, as it is now.
     */
    queue: (ids: readonly string[]): Promise<Pick<SessionRow, 'id' | 'learnerId' | 'generation'>[]> =>
      client.session.updateManyAndReturn({
        where: { id: { in: [...ids] }, state: 'requested' },
        data: { state: 'queued', generation: { increment: 1 } },
        select: { id: true, learnerId: true, generation: true },
      }),

    /** Changes what is no state, if the session is still in the row's state and generation. */
    async change(row: SessionRow, changes: SessionChanges): Promise<boolean> {
      const { count } = await client.session.updateMany({
        where: { id: row.id, generation: row.generation, state: row.state },
        data: changes,
      });
      return count === 1;
    },

    /** Removes the row, if it is still as given. */
    async remove(row: SessionRow): Promise<boolean> {
      const { count } = await client.session.deleteMany({
        where: { id: row.id, generation: row.generation },
      });
      return count === 1;
    },
  };
}

/**
 * The compare-and-set of {@link SessionStore}'s `move`, for a transaction that changes more than the
 * session; the new row, undefined when somebody else was first or the event cannot happen.
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

/** How many sessions of the learner are on the engine, or will be: those put away are not. */
export async function countOnEngine(tx: Transaction, learnerId: string): Promise<number> {
  return (await findOwn(tx, learnerId)).filter(isOnEngine).length;
}

/** All of the learner's, newest first: no more than those they may have, and the history that is kept. */
function findOwn(tx: Transaction, learnerId: string): Promise<OwnSession[]> {
  return tx.session.findMany({
    where: { learnerId },
    orderBy: { id: 'desc' },
    select: { id: true, state: true, activeKey: true, environmentId: true, removedAt: true },
  });
}

/** Adds a session with its machines. */
export async function insertSession(
  tx: Transaction,
  { machines, ...fields }: NewSession & Pick<Prisma.SessionUncheckedCreateInput, 'state' | 'activeKey'>,
): Promise<SessionRow> {
  const row = await tx.session.create({ data: fields });
  const rows = machineRows(row.id, machines);
  await tx.machine.createMany({ data: rows });
  return { ...row, machines: rows };
}

/** New machines of a session; their ids keep the lab's order. */
export function machineRows(sessionId: string, machines: readonly { name: string; image: string }[]) {
  return machines.map(({ name, image }, position) => ({
    id: `${sessionId}.${String(position).padStart(3, '0')}`,
    sessionId,
    name,
    image,
    engineId: null,
    addresses: formatAddresses([]),
    diskPercent: null,
    pausedBy: null,
    pausedUntil: null,
  }));
}

/** What only one active session of a learner has in a lab. */
export const keyOf = (learnerId: string, labSlug: string) => `${learnerId}:${labSlug}`;

/** The row of a machine, with the handle of the one that was made for it. */
export function withHandle(machine: SessionRow['machines'][number], provisioned: ProvisionedMachine[]) {
  const found = provisioned.find(({ name }) => name === machine.name);
  return found ? { ...machine, ...handleOf(found) } : machine;
}

/** Whether the session's row of the machine says so already: of one that was prewarmed it does. */
function isNoted({ machines }: SessionRow, made: ProvisionedMachine): boolean {
  const { engineId, addresses } = handleOf(made);
  return machines.some(
    (row) => row.name === made.name && row.engineId === engineId && row.addresses === addresses,
  );
}

/** What a machine's row says of it once it is there: it has written nothing yet. */
export const handleOf = ({ machineId, addresses }: ProvisionedMachine) => ({
  engineId: machineId,
  addresses: formatAddresses(addresses),
  diskPercent: null,
});
