import type { Clock } from '../../../core/clock.ts';
import type { Engine, EngineEvent } from '../../../engine/engine.ts';
import type { Log } from '../../../core/log.ts';
import { delay } from '../../../core/clock.ts';
import { isAbandoned, newLease } from '../../../infra/leases/lease.ts';
import type { Lifetimes } from '../lifetimes.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import type { Saves } from '../saves/create-saves.ts';
import { leaseOf } from '../provisioning/session-lease-store.ts';
import type { SessionLeaseStore } from '../provisioning/session-lease-store.ts';
import { reason } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';
import type { Teardown } from './teardown.ts';

/** Interval between two checks of the queue and of leases, in milliseconds: only work of other processes waits so long. */
const QUEUE_EVERY_MS = 2_000;

/** Interval between two checks of lifetimes, in milliseconds. */
const LIFETIMES_EVERY_MS = 5_000;

/** Interval between two checks of saved states, in milliseconds: an abandoned save is recovered after at most this time. */
const SAVES_EVERY_MS = 5_000;

/** Interval between two comparisons with the engine without events, in milliseconds. */
const COMPARE_EVERY_MS = 60_000;

/** Interval between two checks of the host's firewall, in milliseconds: each starts a helper container. */
const FIREWALL_EVERY_MS = 60_000;

/** Runs work periodically, in addition to work on events. A failure is logged, and the next run follows. */
export function createPeriodicWork(options: {
  provisioner: Pick<Provisioner, 'renewLeases' | 'wake'>;
  adoptAbandoned: Adoption;
  teardown: Pick<Teardown, 'wake'>;
  lifetimes: Pick<Lifetimes, 'sweep'>;
  saves: Pick<Saves, 'sweep'>;
  compare: () => void;
  engine: Pick<Engine, 'restoreEgress'>;
  clock: Clock;
  log: Log;
}) {
  const { provisioner, adoptAbandoned, teardown, lifetimes, saves, compare, engine, clock, log } = options;
  const stopping = new AbortController();
  const running = new Set<Promise<void>>();

  async function checkQueue(): Promise<void> {
    await provisioner.renewLeases();
    provisioner.wake();
    teardown.wake();
    await adoptAbandoned();
  }

  async function repeat(milliseconds: number, failure: string, work: () => Promise<void>): Promise<void> {
    while (!stopping.signal.aborted) {
      await work().catch((error: unknown) => log.error({ err: error }, failure));
      await delay(clock, milliseconds, stopping.signal);
    }
  }

  function track(work: Promise<void>): void {
    const tracked = work.finally(() => running.delete(tracked));
    running.add(tracked);
  }

  return {
    start(): void {
      track(repeat(QUEUE_EVERY_MS, 'queue check failed', checkQueue));
      track(repeat(LIFETIMES_EVERY_MS, 'lifetime check failed', lifetimes.sweep));
      track(repeat(SAVES_EVERY_MS, 'saved state check failed', saves.sweep));
      track(repeat(COMPARE_EVERY_MS, '', async () => compare()));
      track(
        repeat(
          FIREWALL_EVERY_MS,
          'firewall check failed; labs with internet may access blocked networks',
          engine.restoreEgress,
        ),
      );
    },
    /** Runs `work` in the background; if it fails, logs the message `failure`. */
    run(failure: string, work: () => Promise<void>): void {
      if (stopping.signal.aborted) return;
      track(work().catch((error: unknown) => log.error({ err: error }, failure)));
    },
    /** Stops all work, and resolves when it has ended. */
    async stop(): Promise<void> {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

/** Delay before a machine that died is inspected, in milliseconds: a restart in progress has ended by then. */
const SETTLE_MS = 500;

/** Follows the engine's events until stopped. */
export function createEngineWatcher(options: {
  engine: Pick<Engine, 'watch'>;
  clock: Clock;
  /** Called when machines of this environment died or were removed. */
  onMachine: (environmentId: string) => void;
  onLost: () => void;
  onReturned: () => void;
}) {
  const { engine, clock, onMachine, onLost, onReturned } = options;
  const stopping = new AbortController();
  /** Environments that will be inspected: one inspection covers all events until then. */
  const settling = new Set<string>();

  function settle(environmentId: string): void {
    if (settling.has(environmentId)) return;
    settling.add(environmentId);
    const inspect = () => (settling.delete(environmentId), onMachine(environmentId));
    clock.sleep(SETTLE_MS, stopping.signal).then(inspect, () => undefined);
  }

  function follow(event: EngineEvent): void {
    switch (event.type) {
      case 'machine-died':
      case 'machine-removed':
        return settle(event.environmentId);
      case 'machine-started':
        return;
      case 'engine-lost':
        return onLost();
      case 'engine-returned':
        return onReturned();
    }
  }

  return {
    start: () => engine.watch(follow, stopping.signal),
    stop: () => stopping.abort(),
  };
}

/** A session idle for longer than this, in milliseconds, fails instead of being queued again: its learner has left. */
const FORGOTTEN_MS = 60 * 60_000;

type Adoption = ReturnType<typeof createAdoption>;

/** Adopts sessions that a dead process was provisioning: removes their environments and queues them again. */
export function createAdoption(options: {
  store: SessionStore;
  leases: SessionLeaseStore;
  changer: SessionChanger;
  subnets: Pick<SubnetStore, 'release'>;
  provisioner: Pick<Provisioner, 'isWorkingOn' | 'wake'>;
  engine: Pick<Engine, 'destroy'>;
  clock: Clock;
  owner: string;
  log: Log;
}) {
  const { store, leases, changer, subnets, provisioner, engine, clock, owner, log } = options;

  async function adopt(row: SessionRow): Promise<void> {
    const now = clock.now();
    if (!(await leases.adopt(row, newLease(clock, owner)))) return;
    log.warn({ sessionId: row.id, from: row.claimedBy }, 'abandoned provisioning adopted');
    if (row.environmentId !== null) await engine.destroy(row.environmentId);
    const clean = { environmentId: null, phase: null, percent: null, claimedBy: null, claimedUntil: null };
    if (now.getTime() - row.lastActivityAt.getTime() > FORGOTTEN_MS) {
      const changes = { ...clean, ...reason('PROVISIONING_INTERRUPTED'), endedAt: clock.now() };
      await changer.move(row, 'fail', changes);
    } else {
      await changer.move(row, 'requeue', clean);
    }
    if (row.environmentId !== null) await subnets.release(row.environmentId);
    provisioner.wake();
  }

  /** Checks once all sessions that any process provisions. @throws ENGINE_UNREACHABLE; the next call finds the rest */
  return async function adoptAbandoned(): Promise<void> {
    for (const row of await store.findInStates(['provisioning'])) {
      const isRunning = provisioner.isWorkingOn(row.id);
      if (isAbandoned(leaseOf(row), { owner, isRunning, now: clock.now() })) await adopt(row);
    }
  };
}
