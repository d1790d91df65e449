import type { Clock } from '../../../core/clock.ts';
import type { Transaction } from '../../../infra/database/database.ts';
import type { Engine, IsolationProfile, ProvisionedMachine } from '../../../engine/engine.ts';
import { fault } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import { newLease, renewAll } from '../../../infra/leases/lease.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Log } from '../../../core/log.ts';
import type { LabProvision } from '../provisioning/environment-maker.ts';
import type { WarmEnvironment } from './warm-environment.ts';
import type { WarmFailures } from './warm-failures.ts';
import type { WarmRemoval } from './warm-removal.ts';
import type { WarmShells } from './warm-shells.ts';
import type { WarmStore } from './warm-store.ts';

const pausable: Readonly<Record<IsolationProfile, boolean>> = {
  standard: true,
  restricted: true,
  nested: true,
};

/** Whether a machine of this profile may be frozen while nobody uses it: what it runs must not notice. Pure. */
function mayPause(profile: IsolationProfile): boolean {
  return pausable[profile];
}

/** Why a making ends early. */
const UNWANTED = new Error('The environment is not wanted any more.');

interface Making {
  abort: AbortController;
  done: Promise<void>;
  /** Whether its row is there. */
  noted: boolean;
}

export type WarmMaker = ReturnType<typeof createWarmMaker>;

/** Makes environments ahead. `onSettled` is called when one is made, with the milliseconds it took, or is not. */
export function createWarmMaker(options: {
  store: Pick<WarmStore, 'begin' | 'finish' | 'leave' | 'renew' | 'takeBack'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  provision: LabProvision;
  prewarmCheck: (lab: Lab) => Promise<(tx: Transaction) => Promise<boolean>>;
  shells: Pick<WarmShells, 'prepare'>;
  engine: Pick<Engine, 'pause' | 'machineRevision'>;
  discard: WarmRemoval['discard'];
  failures: WarmFailures;
  clock: Clock;
  owner: string;
  timeoutSeconds: number;
  logger: Log;
  onSettled: (milliseconds?: number) => void;
}) {
  const {
    store,
    catalogue,
    provision,
    prewarmCheck,
    shells,
    engine,
    discard,
    failures,
    clock,
    owner,
    timeoutSeconds,
    logger,
    onSettled,
  } = options;
  const underWay = new Map<string, Making>();

  const lease = () => newLease(clock, owner);

  /** The milliseconds that it took, when it is ready. */
  async function make(lab: Lab, id: string, abort: AbortController): Promise<number | undefined> {
    const over = new AbortController();
    abortInTime(abort, over.signal);
    const began = clock.now().getTime();
    try {
      // Before: what changes meanwhile makes it one to be made again.
      const revision = await engine.machineRevision();
      const made = await provision(lab, id, { signal: abort.signal, onProgress: () => undefined });
      const machines = (await shells.prepare(lab, made)).map((machine) => ({ ...machine, revision }));
      await freeze(lab, machines);
      if (await store.finish(id, owner, machines, clock.now())) {
        failures.succeeded(lab);
        return clock.now().getTime() - began;
      }
    } catch (error) {
      const cause: unknown = abort.signal.aborted ? abort.signal.reason : error;
      if (cause !== UNWANTED) tell(lab, cause);
    } finally {
      over.abort();
    }
    await store.leave([id]);
    await discard(id);
    return undefined;
  }

  async function carryOut(lab: Lab, id: string, abort: AbortController): Promise<void> {
    let took: number | undefined;
    try {
      took = await make(lab, id, abort);
    } catch (error) {
      logger.error({ err: error, environmentId: id }, 'Prewarming failed.');
    }
    underWay.delete(id);
    onSettled(took);
  }

  /** Freezes the machines of one that is there already. */
  async function settle({ id, labSlug, labVersion, machines }: WarmEnvironment): Promise<void> {
    try {
      const lab = catalogue.version(labSlug, labVersion);
      if (!(await store.takeBack(id, lease()))) return;
      await freeze(lab, machines);
      if (await store.finish(id, owner, machines, clock.now())) return;
    } catch (error) {
      logger.warn({ err: error, environmentId: id }, 'A warm environment could not be put to sleep again.');
    }
    await store.leave([id]);
    await discard(id);
  }

  async function freeze(lab: Lab, machines: ProvisionedMachine[]): Promise<void> {
    const frozen = new Set(lab.machines.filter(({ profile }) => mayPause(profile)).map(({ name }) => name));
    const some = machines.filter(({ name }) => frozen.has(name));
    await Promise.all(some.map(({ machineId }) => engine.pause(machineId)));
  }

  function abortInTime(abort: AbortController, over: AbortSignal): void {
    clock.sleep(timeoutSeconds * 1000, over).then(
      () => abort.abort(fault('PROVISIONING_TIMED_OUT', { seconds: timeoutSeconds })),
      () => undefined,
    );
  }

  function tell(lab: Lab, cause: unknown): void {
    const againInSeconds = failures.failed(lab) / 1000;
    logger.warn({ err: cause, lab: lab.slug, againInSeconds }, 'An environment could not be prewarmed.');
  }

  return {
    isMaking: (id: string) => underWay.has(id),
    /** How many are being made here. */
    count: () => underWay.size,
    /** Begins to make one, unless there are as many as there may be. */
    async begin(lab: Lab, most: { ofLab: number; inAll: number }): Promise<void> {
      const now = clock.now();
      const id = newId(now);
      const hasCapacity = await prewarmCheck(lab);
      const making: Making = { abort: new AbortController(), done: Promise.resolve(), noted: false };
      // Known as being made before its row is: no look at the rows takes it for abandoned.
      underWay.set(id, making);
      try {
        making.noted = await store.begin({ id, lab, lease: lease(), most, hasCapacity, now });
      } finally {
        if (!making.noted) underWay.delete(id);
      }
      if (making.noted) making.done = carryOut(lab, id, making.abort);
    },
    /** Puts one to sleep again, unless somebody has taken it; one that cannot be is removed. */
    async putBack(environment: WarmEnvironment): Promise<void> {
      const { id } = environment;
      if (underWay.has(id)) return;
      const done = settle(environment).finally(() => {
        underWay.delete(id);
        onSettled();
      });
      underWay.set(id, { abort: new AbortController(), done: done.catch(() => undefined), noted: true });
      await done;
    },
    /** Stops making these. */
    abandon(ids: readonly string[]): void {
      for (const id of ids) underWay.get(id)?.abort.abort(UNWANTED);
    },
    /** Renews the leases of this process, and stops creating environments that are no longer wanted. */
    renew(): Promise<void> {
      const stored = [...underWay].filter(([, { noted }]) => noted);
      return renewAll(stored, () => store.renew(lease()), UNWANTED);
    },
    /** Stops making all; resolves when nothing of it is left. */
    async stop(): Promise<void> {
      for (const { abort } of underWay.values()) abort.abort(UNWANTED);
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}
