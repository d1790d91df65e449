import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';
import type { Lifetimes } from '../lifetimes.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import type { Saves } from '../snapshots/create-saves.ts';
import type { Adoption } from './adoption.ts';
import type { Teardown } from './teardown.ts';

/** Between looks at the queue and at leases, in milliseconds: only what other processes left is found so late. */
const QUEUE_EVERY_MS = 2_000;

/** Between looks at ends of lives, in milliseconds. */
const LIVES_EVERY_MS = 5_000;

/** Between looks at saved sessions, in milliseconds: a save that a dead process left is given up so late. */
const SAVES_EVERY_MS = 5_000;

/** Between comparisons with the engine when nothing was heard of it, in milliseconds. */
const COMPARE_EVERY_MS = 60_000;

/** Between looks at the host's firewall, in milliseconds: it costs a helper container. */
const APART_EVERY_MS = 60_000;

/** What is done again and again, beside what is done at once: each failure is logged and the next time comes. */
export function createUpkeep(options: {
  provisioner: Pick<Provisioner, 'renewLeases' | 'wake'>;
  adoptAbandoned: Adoption;
  teardown: Pick<Teardown, 'wake'>;
  lifetimes: Pick<Lifetimes, 'sweep'>;
  saves: Pick<Saves, 'sweep'>;
  compare: () => void;
  engine: Pick<Engine, 'restoreEgress'>;
  clock: Clock;
  logger: Log;
}) {
  const { provisioner, adoptAbandoned, teardown, lifetimes, saves, compare, engine, clock, logger } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  async function lookAtQueue(): Promise<void> {
    await provisioner.renewLeases();
    provisioner.wake();
    teardown.wake();
    await adoptAbandoned();
  }

  async function again(milliseconds: number, complaint: string, work: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      await work().catch((error: unknown) => logger.error({ err: error }, complaint));
      await delay(clock, milliseconds, stopping.signal);
    }
  }

  function keep(work: Promise<void>): void {
    const kept = work.finally(() => running.delete(kept));
    running.add(kept);
  }

  return {
    start(): void {
      keep(again(QUEUE_EVERY_MS, 'The queue of sessions could not be looked after.', lookAtQueue));
      keep(again(LIVES_EVERY_MS, 'Ends of sessions could not be looked after.', lifetimes.sweep));
      keep(again(SAVES_EVERY_MS, 'Saved sessions could not be looked after.', saves.sweep));
      keep(again(COMPARE_EVERY_MS, '', async () => compare()));
      keep(again(APART_EVERY_MS, 'Labs with internet may reach what they must not.', engine.restoreEgress));
    },
    /** Runs `work` beside everything else; a failure is logged with `complaint`. */
    run(complaint: string, work: () => Promise<void>): void {
      if (stopping.signal.aborted) return;
      keep(work().catch((error: unknown) => logger.error({ err: error }, complaint)));
    },
    /** Resolves when nothing runs any more. */
    async stop(): Promise<void> {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
