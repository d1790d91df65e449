import type { SessionState } from '../sessions/session.ts';
import type { StoredTerminal } from './terminal-store.ts';

/** How often a process says that it still holds its shells, in milliseconds. */
export const RENEW_EVERY_MS = 15_000;

/** How long after it last said so a process is believed to, in milliseconds: two may fail. */
const HOLD_MS = 3 * RENEW_EVERY_MS;

/** Until when a shell held now is held. */
export const holdUntil = (now: Date) => new Date(now.getTime() + HOLD_MS);

/** States in which a session's shells go on. In the others its machines are going, gone, or not there yet. */
export const shellsLive: Record<SessionState, boolean> = {
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

/** Whether nobody holds the terminal's shell any more. */
export function isLeft(
  { heldBy = '', heldUntil }: Pick<StoredTerminal, 'heldBy' | 'heldUntil'>,
  now: Date,
  isGone: (holder: string) => boolean,
): boolean {
  return !heldUntil || heldUntil < now || isGone(heldBy);
}
