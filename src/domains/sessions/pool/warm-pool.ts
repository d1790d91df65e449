import type { Clock } from '../../../core/clock.ts';
import type { Lab } from '../../labs/lab.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';
import { createRunner } from '../reconcile/runner.ts';
import { isAbandoned } from '../../../infra/leases/lease.ts';
import type { WarmAnnouncer } from './warm-announcer.ts';
import type { WarmEnvironment } from './warm-environment.ts';
import type { WarmFailures } from './warm-failures.ts';
import type { WarmImages } from './warm-images.ts';
import type { WarmMaker } from './warm-maker.ts';
import type { WarmNeeds } from './warm-needs.ts';
import { planWarm } from './warm-plan.ts';
import type { WarmRemoval } from './warm-removal.ts';
import type { WarmRest } from './warm-rest.ts';
import type { WarmStore } from './warm-store.ts';

/** Environments that one process prewarms at the same time: what learners start comes first on the engine. */
export const AT_ONCE = 2;

/** Between looks at the pools when nothing happens, in milliseconds. */
const LOOK_EVERY_MS = 5_000;

export type WarmPool = ReturnType<typeof createWarmPool>;

/** Keeps as many environments ready as labs want, in the background. */
export function createWarmPool(options: {
  store: WarmStore;
  maker: WarmMaker;
  removal: WarmRemoval;
  failures: WarmFailures;
  announcer: WarmAnnouncer;
  needs: WarmNeeds;
  images: WarmImages;
  /** Whether an environment of the lab may be made now, without a learner having to wait for it. */
  mayMake: (lab: Lab) => Promise<boolean>;
  resting: WarmRest;
  /** Most prewarmed environments, of all labs together. */
  limit: number;
  clock: Clock;
  owner: string;
  logger: Log;
}) {
  const { store, maker, removal, failures, announcer, needs, images, mayMake, resting } = options;
  const { limit, clock, owner, logger } = options;
  const stopping = new AbortController();
  let waking = false;
  let looking = Promise.resolve();
  const runner = createRunner({
    work: pass,
    onError: (error) => logger.error({ err: error }, 'Warm pools could not be looked after.'),
  });

  async function pass(): Promise<void> {
    await announcer.announce();
    const pools = await store.pools();
    const needed = needs.of(pools);
    await leave(await outdated(needed.map(({ lab }) => lab)));
    const current = pools.map(({ labSlug: slug, labVersion: version }) => ({ slug, version }));
    const plan = planWarm(needed, { present: await store.all(), current, limit });
    await leave(plan.remove);
    removal.wake();
    const wanted = new Map(needed.map(({ lab, need }) => [lab, need.wanted]));
    const refused = new Set<Lab>();
    for (const lab of plan.make) {
      if (!mayBegin()) return;
      if (refused.has(lab)) continue;
      if (failures.mayTry(lab) && (await mayMake(lab))) {
        await maker.begin(lab, { ofLab: wanted.get(lab) ?? 0, inAll: limit });
      } else refused.add(lab);
    }
  }

  /** Those that have other images than a start of their lab would be given now. */
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
    return !stopping.signal.aborted && maker.count() < AT_ONCE && resting.left() === 0;
  }

  /** These are to be removed, unless a session has taken them; the ids of those that are. */
  async function leave(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const left = await store.leave(ids);
    maker.abandon(left);
    if (left.length > 0) logger.info({ environments: left.length }, 'Environments leave the warm pools.');
    return left;
  }

  /** Removes the environments that dead processes were creating. */
  async function removeAbandoned(): Promise<void> {
    const now = clock.now();
    const abandoned = (await store.all()).filter(
      ({ id, state, lease }) =>
        state === 'making' && isAbandoned(lease, { owner, isRunning: maker.isMaking(id), now }),
    );
    await leave(abandoned.map(({ id }) => id));
  }

  async function look(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await maker.renew();
        await removeAbandoned();
      } catch (error) {
        logger.error({ err: error }, 'Warm pools could not be looked after.');
      }
      runner.wake();
      await delay(clock, LOOK_EVERY_MS, stopping.signal);
    }
  }

  /** One sleeper serves all starts. */
  async function wakeAfterRest(): Promise<void> {
    waking = true;
    for (let left = resting.left(); left > 0 && !stopping.signal.aborted; left = resting.left()) {
      await delay(clock, left, stopping.signal);
    }
    waking = false;
    runner.wake();
  }

  return {
    start(): void {
      looking = look();
    },
    /** Something may be there to make or to remove. */
    wake: runner.wake,
    /** Looks at the pools once, and resolves when that is done; what it began may go on. */
    flush: runner.flush,
    /** A learner has started a lab: for a moment the engine is theirs. */
    yield(): void {
      resting.begin();
      if (!waking) void wakeAfterRest();
    },
    /** An environment was made in so many milliseconds, or one was not made. */
    settled(milliseconds?: number): void {
      if (milliseconds !== undefined) needs.took(milliseconds);
      runner.wake();
    },
    /** The engine is back. */
    retry(): void {
      failures.clear();
      removal.retry();
      runner.wake();
    },
    leave,
    async stop(): Promise<void> {
      stopping.abort();
      const ends = [looking, runner.stop(), maker.stop(), removal.stop()];
      await Promise.all(ends);
      // What the last pass began meanwhile.
      await maker.stop();
    },
  };
}
