import type { Clock } from '../../../core/clock.ts';
import { fault } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { SessionLimit } from '../capacity/start-rules.ts';
import { newLifetime } from '../lifetime-rules.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow } from '../session-store.ts';
import type { ForkStore, NewFork } from './fork-store.ts';
import type { Saver } from './saver.ts';
import { conflict } from './session-resume.ts';

/** Copies learners' sessions for staff. `onQueued` is called when a copy was queued. */
export function createForks(options: {
  forks: ForkStore;
  saver: Pick<Saver, 'newState' | 'beginFork'>;
  changer: SessionChanger;
  catalogue: Pick<LabCatalogue, 'version'>;
  clock: Clock;
  limitOf: SessionLimit;
  onQueued: () => void;
}) {
  const { forks, saver, changer, catalogue, clock, limitOf, onQueued } = options;

  async function newFork(source: SessionRow, ownerId: string): Promise<NewFork> {
    const { labSlug, labVersion, machines } = source;
    const now = clock.now();
    const state = saver.newState(ownerId);
    const { lifetime } = catalogue.version(labSlug, labVersion);
    const from = { savedStateId: state.id, forkOfId: source.id };
    const of = { id: newId(now), learnerId: ownerId, labSlug, labVersion, machines };
    return {
      session: { ...of, ...from, createdAt: now, queuedAt: now, ...newLifetime(lifetime, now) },
      state,
      limit: await limitOf(ownerId),
    };
  }

  async function ofSaved(source: SessionRow, fork: NewFork): Promise<SessionRow> {
    const copied = await forks.ofSaved(source, fork);
    if (copied === 'limit') throw fault('SESSION_LIMIT', { limit: fork.limit });
    if (copied === 'gone') throw fault('SAVED_STATE_NOT_FOUND');
    changer.notify(copied);
    onQueued();
    return copied;
  }

  /** @throws SESSION_STATE_CONFLICT, SESSION_LIMIT, SAVED_STATE_NOT_FOUND, LAB_NOT_FOUND, LAB_INVALID */
  return async function fork(source: SessionRow, ownerId: string): Promise<SessionRow> {
    if (source.state === 'saved') return ofSaved(source, await newFork(source, ownerId));
    if (source.state !== 'ready') throw conflict(source.state, 'be copied');
    const copy = await newFork(source, ownerId);
    const copied = await saver.beginFork(source, copy);
    if (copied === 'limit') throw fault('SESSION_LIMIT', { limit: copy.limit });
    return copied;
  };
}
