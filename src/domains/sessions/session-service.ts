import { fault } from '../../core/errors.ts';
import { requireActor } from '../identity/actor.ts';
import { pageWindow, toPage } from '../../core/paging.ts';
import type { QueueView } from './capacity/queue-view.ts';
import type { AssignedWork } from './assigned-work.ts';
import { authorize, requireSomebody } from './access.ts';
import type { Lifetimes } from './lifetimes.ts';
import type { Repairs } from './reconcile/repairs.ts';
import type { createSessionEnd, createSessionExtend } from './session-end.ts';
import type { createSessionStart } from './session-start.ts';
import type { SessionRow, SessionStore } from './session-store.ts';
import { viewSession } from './session-view.ts';
import type { SessionService } from './session.ts';
import type { WorkAccess } from '../identity/work-access.ts';

export function createSessionService(options: {
  store: SessionStore;
  startSession: ReturnType<typeof createSessionStart>;
  queue: QueueView;
  ends: ReturnType<typeof createSessionEnd>;
  extendSession: ReturnType<typeof createSessionExtend>;
  repairs: Pick<Repairs, 'restart'>;
  lifetimes: Pick<Lifetimes, 'touch'>;
  assignedWork: Pick<AssignedWork, 'requireCounting'>;
  workAccess: WorkAccess;
}): SessionService {
  const { store, startSession, queue, ends, extendSession, repairs, lifetimes, assignedWork, workAccess } =
    options;

  async function restarted(row: SessionRow): Promise<SessionRow> {
    const done = row.state === 'ready' ? await repairs.restart(row.id) : undefined;
    if (done) return done;
    const now = await store.find(row.id);
    if (!now) throw fault('SESSION_NOT_FOUND');
    if (now.reasonCode === 'MACHINE_LOST') throw fault('MACHINE_LOST');
    throw fault('SESSION_STATE_CONFLICT', { state: now.state, verb: 'be restarted' });
  }

  return {
    async start(actor, input) {
      requireActor(actor, { scope: 'learn' });
      return viewSession(await startSession(actor.userId, input));
    },

    async get(actor, id) {
      requireSomebody(actor);
      const row = await authorize(workAccess, actor, 'read', await store.find(id));
      return viewSession(row);
    },

    async getMany(actor, ids) {
      requireActor(actor, { scope: 'read' });
      const rows = await store.findMany([...new Set(ids)]);
      const there = await workAccess.among(actor, rows);
      const mine = new Map(there.map((row) => [row.id, row]));
      return ids.map((id) => {
        const row = mine.get(id);
        return row && viewSession(row);
      });
    },

    async queuePositions(actor, ids) {
      requireActor(actor, { scope: 'read' });
      const positions = await queue.positions();
      const rows = await store.findMany(ids.filter((id) => positions.has(id)));
      const mine = new Set((await workAccess.among(actor, rows)).map(({ id }) => id));
      return ids.map((id) => (mine.has(id) ? positions.get(id) : undefined));
    },

    async list(actor, filter, page) {
      requireActor(actor, { scope: 'read' });
      const window = pageWindow(page);
      const { learnerId, lab: labSlug, assignmentId, states } = filter;
      const limits = await workAccess.limits(actor, learnerId);
      const rows = await store.page({ limits, learnerId, labSlug, assignmentId, states }, window);
      return toPage(rows.map(viewSession), page);
    },

    async stop(actor, id) {
      requireSomebody(actor);
      const row = await authorize(workAccess, actor, 'stop', await store.find(id));
      return viewSession(await ends.stop(row));
    },

    async restart(actor, id) {
      requireSomebody(actor);
      const row = await authorize(workAccess, actor, 'restart', await store.find(id));
      return viewSession(await restarted(row));
    },

    async extend(actor, id, minutes) {
      requireSomebody(actor);
      const row = await authorize(workAccess, actor, 'extend', await store.find(id));
      return viewSession(await extendSession(row, minutes));
    },

    async delete(actor, id) {
      requireActor(actor, { scope: 'learn' });
      const row = await store.find(id);
      // Another user's session looks like a deleted one, and deleting that succeeds.
      if (!row || !(await workAccess.includes(actor, row))) return false;
      await authorize(workAccess, actor, 'delete', row);
      return ends.remove(row);
    },

    async deleteAllMine(actor) {
      requireActor(actor, { scope: 'learn' });
      const removed: string[] = [];
      for (const row of await store.findOfLearner(actor.userId)) {
        if (await ends.remove(row)) removed.push(row.id);
      }
      return removed;
    },

    async machine(actor, id, name) {
      requireSomebody(actor);
      const row = await authorize(workAccess, actor, 'enter', await store.find(id));
      if (row.state !== 'ready') throw fault('SESSION_NOT_READY', { state: row.state });
      const machine = row.machines.find((candidate) => candidate.name === name);
      if (!machine?.containerId) throw fault('MACHINE_NOT_FOUND', { machine: name });
      const { learnerId, labSlug, labVersion, run } = row;
      const isFork = row.forkOfId !== null;
      return {
        name,
        machineId: machine.containerId,
        sessionId: id,
        isFork,
        learnerId,
        labSlug,
        labVersion,
        assignmentId: row.assignmentId ?? undefined,
        courseId: row.courseId ?? undefined,
        run,
      };
    },

    async requireCounting(actor, id) {
      requireSomebody(actor);
      const row = await authorize(workAccess, actor, 'enter', await store.find(id));
      await assignedWork.requireCounting(row);
    },

    touch: lifetimes.touch,
  };
}
