import type { SessionState } from '../sessions/session.ts';
import type { StoredTerminal } from './terminal-store.ts';

/** How often a process renews the leases of its shells, in milliseconds. */
export const RENEW_EVERY_MS = 15_000;

/** Lifetime of a lease, in milliseconds: two renewals may fail. */
const HOLD_MS = 3 * RENEW_EVERY_MS;

/** Returns when a lease that is taken or renewed now expires. */
export const leaseEnd = (now: Date) => new Date(now.getTime() + HOLD_MS);

/** Session states in which shells keep running. In the others, the machines do not exist or are being removed. */
export const shellsRunIn: Record<SessionState, boolean> = {
  requested: false,
  queued: false,
  provisioning: false,
  ready: true,
  unreachable: true,
  saving: false,
  saved: false,
  stopping: false,
  ended: false,
  failed: false,
};

/** Returns whether no process has a valid lease on the terminal's shell. */
export function isLeaseFree(
  { leaseOwner = '', leaseUntil }: Pick<StoredTerminal, 'leaseOwner' | 'leaseUntil'>,
  now: Date,
  isGone: (owner: string) => boolean,
): boolean {
  return !leaseUntil || leaseUntil < now || isGone(leaseOwner);
}
