/** Most characters kept of what is typed before the shell is there: more than the longest block of a lab's text. */
const KEPT = 65_536;

/** What Ctrl+C sends. */
export const INTERRUPT = '\u0003';

/** Keeps what is typed before there is a shell to take it, and hands it on once there is. */
export function createEarlyInput() {
  let kept = '';
  let take: ((text: string) => void) | undefined;
  return {
    input(text: string) {
      if (take) take(text);
      // There is nothing to interrupt yet; what starts the shell could be.
      else kept = (kept + text.replaceAll(INTERRUPT, '')).slice(0, KEPT);
    },
    handTo(taker: (text: string) => void) {
      take = taker;
      if (kept) taker(kept);
      kept = '';
    },
    /** The shell is gone: what is typed is kept for the next one. */
    keep() {
      take = undefined;
    },
  };
}
