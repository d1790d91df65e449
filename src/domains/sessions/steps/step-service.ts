import type { Clock } from '../../../core/clock.ts';
import { fault } from '../../../core/errors.ts';
import type { Database } from '../../../infra/database/database.ts';
import type { Engine } from '../../../engine/engine.ts';
import { requireActor } from '../../identity/actor.ts';
import type { Actor } from '../../identity/actor.ts';
import { newLease, withLease } from '../../../infra/leases/lease.ts';
import type { Lease } from '../../../infra/leases/lease.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Log } from '../../../core/log.ts';
import type { StepStarts, TypedCommand } from '../provisioning/preparing/preparation.ts';
import { createStepStarts } from '../provisioning/preparing/preparation.ts';
import type { SessionService } from '../session.ts';
import type { EnteredStepStore, StepEntryKey } from './entered-step-store.ts';
import { createEnteredStepStore } from './entered-step-store.ts';

/** The result of entering a step. */
interface StepEntry {
  /** Whether this call prepared the step: nobody entered it before. */
  first: boolean;
  /** Commands to type into shells now, in this order. */
  commands: TypedCommand[];
}

export interface StepService {
  /**
   * Prepares a step for its learner, once in a session; resolves when its start scripts have run. If one fails, the step
   * counts as not entered.
   * @throws SESSION_NOT_FOUND, SESSION_NOT_READY, SESSION_STATE_CONFLICT (if it was reset meanwhile), STEP_NOT_FOUND,
   * LAB_START_FAILED, SHUTTING_DOWN
   */
  enter(actor: Actor | undefined, input: { sessionId: string; stepId: string }): Promise<StepEntry>;
}

interface StepServiceParts {
  sessions: Pick<SessionService, 'get' | 'machine' | 'touch'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  entered: EnteredStepStore;
  prepareStep: StepStarts;
  clock: Clock;
  log: Log;
  /** Names this process as a lease owner. */
  owner: string;
}

/** Creates the service. `stop` aborts running scripts, and resolves when that is stored. */
function createStepService(parts: StepServiceParts): StepService & { stop(): Promise<void> } {
  const { sessions, catalogue, entered, prepareStep, clock, log, owner } = parts;
  const stopping = new AbortController();
  const running = new Set<Promise<TypedCommand[]>>();

  /** Runs `work` under the lease on the step. */
  async function prepare(
    key: StepEntryKey,
    work: (signal: AbortSignal) => Promise<TypedCommand[]>,
  ): Promise<TypedCommand[]> {
    const leasing = {
      owner,
      renew: (lease: Lease) => entered.renew(key, lease),
      clock,
      signal: stopping.signal,
      onError: (error: unknown) => log.warn({ err: error, ...key }, 'lease on a step not renewed'),
    };
    try {
      const commands = await withLease(leasing, work);
      if (await entered.finish(key, owner)) return commands;
    } catch (error) {
      if (await entered.forget(key, owner)) throw error;
    }
    // The session was reset meanwhile and has other machines.
    throw fault('SESSION_STATE_CONFLICT', { state: 'another', verb: 'be prepared' });
  }

  return {
    async enter(actor, { sessionId, stepId }) {
      requireActor(actor, { scope: 'learn' });
      const { labSlug, labVersion, generation } = await sessions.get(actor, sessionId);
      const lab = catalogue.version(labSlug, labVersion);
      const step = lab.steps.find(({ id }) => id === stepId);
      if (!step) throw fault('STEP_NOT_FOUND', { lab: labSlug, step: stepId });
      // Access is checked before the entry is stored. All scripts run in the machines of this moment, even if the
      // session changes.
      const machineIds = new Map<string, string>();
      for (const { machine } of step.start) {
        machineIds.set(machine, (await sessions.machine(actor, sessionId, machine)).machineId);
      }
      if (stopping.signal.aborted) throw fault('SHUTTING_DOWN');
      sessions.touch(sessionId);
      const key = { sessionId, stepId, generation };
      if (step.start.length === 0 || !(await entered.begin(key, clock.now(), newLease(clock, owner)))) {
        return { first: false, commands: [] };
      }
      const work = prepare(key, (signal) =>
        prepareStep(lab, step, (name) => machineIds.get(name) ?? '', signal),
      );
      running.add(work);
      return { first: true, commands: await work.finally(() => running.delete(work)) };
    },

    async stop() {
      stopping.abort(fault('SHUTTING_DOWN'));
      await Promise.allSettled(running);
    },
  };
}

interface StepsOptions {
  database: Database;
  engine: Pick<Engine, 'exec'>;
  clock: Clock;
  catalogue: Pick<LabCatalogue, 'version'>;
  sessions: Pick<SessionService, 'get' | 'machine' | 'touch'>;
  log: Log;
  /** Names this process as a lease owner; new with each start. */
  leaseOwner: string;
  /** Whether the owner's process has certainly ended. Leases of other owners must expire. */
  isGone: (owner: string) => boolean;
}

/** Creates the step service. */
export function createSteps(options: StepsOptions) {
  return createStepService({
    ...options,
    entered: createEnteredStepStore(options),
    prepareStep: createStepStarts(options),
    owner: options.leaseOwner,
  });
}
