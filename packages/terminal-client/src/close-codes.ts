const EXITED = 1000;
const FRAME_TOO_LARGE = 1009;
/** From here on codes are Berth's own, and mean that it is no use to come back. */
const FIRST_FINAL = 4000;

/** Whether a socket that closed with this code has nothing to come back to. */
export function isFinal(code: number): boolean {
  return code === EXITED || code === FRAME_TOO_LARGE || code >= FIRST_FINAL;
}
