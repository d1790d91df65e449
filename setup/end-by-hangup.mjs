/* Plain JavaScript without dependencies: it also runs before there are any. Types: end-by-hangup.d.mts. */

/** Exit code of a program that a hang-up ended, as shells count. */
export const HUNG_UP = 129;

/**
 * Ends this process as the hang-up itself would have. An ordinary exit resets the terminal, and Node
 * crashes over one that is gone: it would be left spinning.
 */
export function endByHangup() {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
