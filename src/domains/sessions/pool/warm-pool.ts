import type { Clock } from '../../../core/clock.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';
import { createRunner } from '../reconcile/runner.ts';
import { isAbandoned } from '../../../infra/leases/lease.ts';
import type { MissingCapacity } from '../capacity/admission.ts';
import type { WarmAnnouncer } from './warm-labs.ts';
import type { WarmEnvironment, WarmStore } from './warm-store.ts';
import type { StartPause, WarmFailures } from './warm-delays.ts';
import type { WarmImages } from './warm-compare.ts';
import type { WarmMaker } from './warm-maker.ts';
import type { WarmNeeds } from './warm-plan.ts';
import { planWarm } from './warm-plan.ts';
import type { WarmRemoval } from './warm-removal.ts';

/** Environments that one process prewarms at the same time: the engine serves learners' starts first. */
export const AT_ONCE = 2;

/** Interval between two checks of the pools, in milliseconds. */
const CHECK_EVERY_MS = 5_000;

type WarmPool = ReturnType<typeof createWarmPool>;

/** Keeps as many environments ready as labs want, in the background. */
export function createWarmPool(options: {
  store: WarmStore;
  maker: WarmMaker;
  removal: WarmRemoval;
  failures: WarmFailures;
  announcer: WarmAnnouncer;
  needs: WarmNeeds;
  images: WarmImages;
  /** Returns whether an environment of the lab may be created now without delaying a learner. */
  mayPrewarm: (lab: Lab) => Promise<boolean>;
  startPause: StartPause;
  /** Limit on the prewarmed environments of all labs together. */
  limit: number;
  clock: Clock;
  owner: string;
  log: Log;
}) {
  const { store, maker, removal, failures, announcer, needs, images, mayPrewarm, startPause } = options;
  const { limit, clock, owner, log } = options;
  const stopping = new AbortController();
  let waking = false;
  let checking = Promise.resolve();
  const runner = createRunner({
    work: pass,
    onError: (error) => log.error({ err: error }, 'warm pools not checked'),
  });

  async function pass(): Promise<void> {
    await announcer.announce();
    const pools = await store.pools();
    const needed = needs.of(pools);
    await markForRemoval(await outdated(needed.map(({ lab }) => lab)));
    const current = pools.map(({ labSlug: slug, labVersion: version }) => ({ slug, version }));
    const plan = planWarm(needed, { present: await store.all(), current, limit });
    await markForRemoval(plan.remove);
    removal.wake();
    const wanted = new Map(needed.map(({ lab, need }) => [lab, need.wanted]));
    const refused = new Set<Lab>();
    for (const lab of plan.make) {
      if (!mayBegin()) return;
      if (refused.has(lab)) continue;
      if (failures.mayTry(lab) && (await mayPrewarm(lab))) {
        await maker.begin(lab, { ofLab: wanted.get(lab) ?? 0, inAll: limit });
      } else refused.add(lab);
    }
  }

  /** Returns the ids of ready environments that a start would now create differently. */
  async function outdated(labs: readonly Lab[]): Promise<string[]> {
    const ready = (await store.all()).filter(({ state }) => state === 'ready');
    const ofLabs = labs.map((lab) => {
      const isOfLab = ({ labSlug, labVersion }: WarmEnvironment) =>
        labSlug === lab.slug && labVersion === lab.version;
      return images.outdated(lab, ready.filter(isOfLab));
    });
    return (await Promise.all(ofLabs)).flat();
  }

  function mayBegin(): boolean {
    return !stopping.signal.aborted && maker.count() < AT_ONCE && startPause.left() === 0;
  }

  /** Marks environments for removal, unless a session has taken them; returns the ids of the marked ones. */
  async function markForRemoval(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const removed = await store.markForRemoval(ids);
    maker.abandon(removed);
    if (removed.length > 0) log.info({ environments: removed.length }, 'removing prewarmed environments');
    return removed;
  }

  /** Removes the environments that dead processes were creating. */
  async function removeAbandoned(): Promise<void> {
    const now = clock.now();
    const abandoned = (await store.all()).filter(
      ({ id, state, lease }) =>
        state === 'creating' && isAbandoned(lease, { owner, isRunning: maker.isCreating(id), now }),
    );
    await markForRemoval(abandoned.map(({ id }) => id));
  }

  async function keepChecking(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await maker.renew();
        await removeAbandoned();
      } catch (error) {
        log.error({ err: error }, 'warm pools not checked');
      }
      runner.wake();
      await delay(clock, CHECK_EVERY_MS, stopping.signal);
    }
  }

  /** Wakes the runner after the pause; one timer serves all starts. */
  async function wakeAfterPause(): Promise<void> {
    waking = true;
    for (let left = startPause.left(); left > 0 && !stopping.signal.aborted; left = startPause.left()) {
      await delay(clock, left, stopping.signal);
    }
    waking = false;
    runner.wake();
  }

  return {
    start(): void {
      checking = keepChecking();
    },
    /** Call this when there may be something to create or to remove. */
    wake: runner.wake,
    /** Checks the pools once and resolves afterwards; the creation that it started may continue. */
    flush: runner.flush,
    /** Pauses prewarming for a moment, because a learner has started a lab. */
    yield(): void {
      startPause.begin();
      if (!waking) void wakeAfterPause();
    },
    /** Call this when the creation of an environment has ended, with the milliseconds that it took if it succeeded. */
    settled(milliseconds?: number): void {
      if (milliseconds !== undefined) needs.measured(milliseconds);
      runner.wake();
    },
    /** Call this when the engine answers again. */
    retry(): void {
      failures.clear();
      removal.retry();
      runner.wake();
    },
    markForRemoval,
    async stop(): Promise<void> {
      stopping.abort();
      const ends = [checking, runner.stop(), maker.stop(), removal.stop()];
      await Promise.all(ends);
      // Creation that the last pass has started meanwhile.
      await maker.stop();
    },
  };
}

/** Removes prewarmed environments when learners need their capacity. */
export function createWarmEviction(options: {
  store: Pick<WarmStore, 'all' | 'pools'>;
  pool: Pick<WarmPool, 'markForRemoval'>;
  removal: Pick<WarmRemoval, 'flush'>;
}) {
  const { store, pool, removal } = options;

  return {
    /**
     * Removes ready environments until the missing capacity is free, first those of the least recently used lab. Returns
     * how much became free, which is less if there were too few.
     */
    async evict({ of, amount }: MissingCapacity): Promise<number> {
      const neededAt = new Map((await store.pools()).map((row) => [row.labSlug, row.neededAt.getTime()]));
      const age = ({ labSlug }: { labSlug: string }) => neededAt.get(labSlug) ?? 0;
      const ready = (await store.all())
        .filter(({ state }) => state === 'ready')
        .sort((one, other) => age(one) - age(other));
      let freed = 0;
      for (const { id, [of]: share } of ready) {
        if (freed >= amount) break;
        // A session may have taken it meanwhile.
        if (share > 0 && (await pool.markForRemoval([id])).length > 0) freed += share;
      }
      if (freed > 0) await removal.flush();
      return freed;
    },
  };
}
