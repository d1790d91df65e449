import type { Clock } from '../../../core/clock.ts';
import type { Transaction } from '../../../infra/database/database.ts';
import type { Engine, IsolationProfile, ProvisionedMachine } from '../../../engine/engine.ts';
import { fault } from '../../../core/errors.ts';
import { newId } from '../../../core/ids.ts';
import { createRenewal, newLease } from '../../../infra/leases/lease.ts';
import type { LabCatalogue } from '../../labs/catalogue.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Log } from '../../../core/log.ts';
import type { LabProvision } from '../provisioning/environment-builder.ts';
import type { WarmEnvironment, WarmStore } from './warm-store.ts';
import type { WarmFailures } from './warm-delays.ts';
import type { WarmRemoval } from './warm-removal.ts';
import type { WarmShells } from './warm-shells.ts';

const mayBePaused: Readonly<Record<IsolationProfile, boolean>> = {
  standard: true,
  restricted: true,
  nested: true,
};

/** Returns whether a machine of this profile may be paused while nobody uses it: its programs must not notice. Pure. */
function mayPause(profile: IsolationProfile): boolean {
  return mayBePaused[profile];
}

/** Aborts the creation of an environment that is no longer needed. */
const UNWANTED = new Error('The environment is no longer needed.');

interface Creation {
  abort: AbortController;
  done: Promise<void>;
  /** Whether its row is stored. */
  isStored: boolean;
}

export type WarmMaker = ReturnType<typeof createWarmMaker>;

/** Prewarms environments. `onSettled` is called with the milliseconds that one took, or without if it failed. */
export function createWarmMaker(options: {
  store: Pick<WarmStore, 'begin' | 'finish' | 'markForRemoval' | 'renew' | 'reopen'>;
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
  log: Log;
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
    log,
    onSettled,
  } = options;
  const underWay = new Map<string, Creation>();

  const lease = () => newLease(clock, owner);
  const renewLeases = createRenewal({ owner, renew: store.renew, clock, reason: UNWANTED });

  /** Creates an environment; resolves to the milliseconds that it took, or to undefined if it failed. */
  async function create(lab: Lab, id: string, abort: AbortController): Promise<number | undefined> {
    const over = new AbortController();
    abortInTime(abort, over.signal);
    const startedAt = clock.now().getTime();
    try {
      // Read first: if it changes meanwhile, this environment is outdated.
      const revision = await engine.machineRevision();
      const made = await provision(lab, id, { signal: abort.signal, onProgress: () => undefined });
      const machines = (await shells.prepare(lab, made)).map((machine) => ({ ...machine, revision }));
      await pause(lab, machines);
      if (await store.finish(id, owner, machines, clock.now())) {
        failures.succeeded(lab);
        return clock.now().getTime() - startedAt;
      }
    } catch (error) {
      const cause: unknown = abort.signal.aborted ? abort.signal.reason : error;
      if (cause !== UNWANTED) recordFailure(lab, cause);
    } finally {
      over.abort();
    }
    await store.markForRemoval([id]);
    await discard(id);
    return undefined;
  }

  async function run(lab: Lab, id: string, abort: AbortController): Promise<void> {
    let took: number | undefined;
    try {
      took = await create(lab, id, abort);
    } catch (error) {
      log.error({ err: error, environmentId: id }, 'prewarming aborted');
    }
    underWay.delete(id);
    onSettled(took);
  }

  /** Pauses the machines of an existing environment. */
  async function pauseExisting({ id, labSlug, labVersion, machines }: WarmEnvironment): Promise<void> {
    try {
      const lab = catalogue.version(labSlug, labVersion);
      if (!(await store.reopen(id, lease()))) return;
      await pause(lab, machines);
      if (await store.finish(id, owner, machines, clock.now())) return;
    } catch (error) {
      log.warn({ err: error, environmentId: id }, 'prewarmed environment not paused');
    }
    await store.markForRemoval([id]);
    await discard(id);
  }

  async function pause(lab: Lab, machines: ProvisionedMachine[]): Promise<void> {
    const pausable = new Set(lab.machines.filter(({ profile }) => mayPause(profile)).map(({ name }) => name));
    const toPause = machines.filter(({ name }) => pausable.has(name));
    await Promise.all(toPause.map(({ machineId }) => engine.pause(machineId)));
  }

  function abortInTime(abort: AbortController, over: AbortSignal): void {
    clock.sleep(timeoutSeconds * 1000, over).then(
      () => abort.abort(fault('PROVISIONING_TIMED_OUT', { seconds: timeoutSeconds })),
      () => undefined,
    );
  }

  function recordFailure(lab: Lab, cause: unknown): void {
    const retryInSeconds = failures.failed(lab) / 1000;
    log.warn({ err: cause, lab: lab.slug, retryInSeconds }, 'prewarming failed');
  }

  return {
    isCreating: (id: string) => underWay.has(id),
    /** Returns how many environments this process is creating. */
    count: () => underWay.size,
    /** Starts to create one, unless there are already as many as allowed. */
    async begin(lab: Lab, most: { ofLab: number; inAll: number }): Promise<void> {
      const now = clock.now();
      const id = newId(now);
      const hasCapacity = await prewarmCheck(lab);
      const creation: Creation = { abort: new AbortController(), done: Promise.resolve(), isStored: false };
      // Before its row exists, so that no check of the rows takes it for abandoned.
      underWay.set(id, creation);
      try {
        creation.isStored = await store.begin({ id, lab, lease: lease(), most, hasCapacity, now });
      } finally {
        if (!creation.isStored) underWay.delete(id);
      }
      if (creation.isStored) creation.done = run(lab, id, creation.abort);
    },
    /** Pauses an environment again, unless a session has taken it. It is removed if that fails. */
    async pauseAgain(environment: WarmEnvironment): Promise<void> {
      const { id } = environment;
      if (underWay.has(id)) return;
      const done = pauseExisting(environment).finally(() => {
        underWay.delete(id);
        onSettled();
      });
      underWay.set(id, { abort: new AbortController(), done: done.catch(() => undefined), isStored: true });
      await done;
    },
    /** Stops creating these environments. */
    abandon(ids: readonly string[]): void {
      for (const id of ids) underWay.get(id)?.abort.abort(UNWANTED);
    },
    /** Renews the leases of this process, and stops creating environments that are no longer wanted. */
    renew(): Promise<void> {
      return renewLeases([...underWay].filter(([, { isStored }]) => isStored));
    },
    /** Stops all creation; resolves once everything is removed. */
    async stop(): Promise<void> {
      for (const { abort } of underWay.values()) abort.abort(UNWANTED);
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}
