import type { Clock } from '../../../core/clock.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { Log } from '../../../core/log.ts';
import type { ClaimStore } from '../provisioning/claim-store.ts';
import { isSurelyGone } from '../../../infra/leases/process-owner.ts';
import { CLAIM_MS } from '../provisioning/provisioner.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import { reason } from '../session-changes.ts';
import type { SessionChanger } from '../session-changes.ts';
import type { SessionRow, SessionStore } from '../session-store.ts';
import type { SubnetStore } from '../provisioning/subnet-store.ts';

/** A request older than this, in milliseconds, is not made again after a crash: its learner has gone. */
const FORGOTTEN_MS = 60 * 60_000;

export type Takeover = ReturnType<typeof createTakeover>;

/** Takes over what a dead process was making: cleans up, and puts it back into the queue. */
export function createTakeover(options: {
  store: SessionStore;
  claims: ClaimStore;
  changer: SessionChanger;
  subnets: Pick<SubnetStore, 'release'>;
  provisioner: Pick<Provisioner, 'isWorkingOn' | 'wake'>;
  engine: Pick<Engine, 'destroy'>;
  clock: Clock;
  owner: string;
  logger: Log;
}) {
  const { store, claims, changer, subnets, provisioner, engine, clock, owner, logger } = options;

  function isAbandoned(row: SessionRow): boolean {
    return row.claimedBy === owner
      ? !provisioner.isWorkingOn(row.id)
      : !isClaimAlive(row, owner, clock.now());
  }

  async function takeOver(row: SessionRow): Promise<void> {
    const now = clock.now().getTime();
    if (!(await claims.takeOver(row, { owner, until: new Date(now + CLAIM_MS) }))) return;
    logger.warn({ sessionId: row.id, from: row.claimedBy }, 'A provisioning was taken over.');
    if (row.environmentId !== null) await engine.destroy(row.environmentId);
    const clean = { environmentId: null, phase: null, percent: null, claimedBy: null, claimedUntil: null };
    if (now - row.lastActivityAt.getTime() > FORGOTTEN_MS) {
      const changes = { ...clean, ...reason('PROVISIONING_INTERRUPTED'), endedAt: clock.now() };
      await changer.move(row, 'fail', changes);
    } else {
      await changer.move(row, 'requeue', clean);
    }
    if (row.environmentId !== null) await subnets.release(row.environmentId);
    provisioner.wake();
  }

  /** One look at all that is being made anywhere. @throws ENGINE_UNREACHABLE; what was left is found by the next look */
  return async function takeOverAbandoned(): Promise<void> {
    const rows = await store.findInStates(['provisioning']);
    for (const row of rows) if (isAbandoned(row)) await takeOver(row);
  };
}

/** Whether another process than `owner` works on the session, as far as can be known. */
export function isClaimAlive(
  row: Pick<SessionRow, 'claimedBy' | 'claimedUntil'>,
  owner: string,
  now: Date,
): boolean {
  if (row.claimedBy === null || row.claimedBy === owner || isSurelyGone(row.claimedBy)) return false;
  return row.claimedUntil !== null && row.claimedUntil > now;
}
