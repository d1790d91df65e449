/* Plain JavaScript without dependencies, because it runs before they are installed. Types: end-by-hangup.d.mts. */

/** Exit code of a program that SIGHUP ended, by the convention of shells. */
export const HUNG_UP = 129;

/**
 * Ends this process by SIGHUP. On a normal exit Node resets the terminal; if the terminal is gone, Node crashes and
 * keeps using the processor.
 */
export function endByHangup() {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
