/** Most bytes kept of what is typed while there is no connection: a long paste. */
const KEPT_BYTES = 64 * 1024;

/** Keeps what is typed while there is no connection, in order. */
export function createKeptInput() {
  let kept: Uint8Array[] = [];
  let size = 0;
  return {
    /** False where there is no room: the whole of it is dropped, since half a command is worse than none. */
    keep(bytes: Uint8Array): boolean {
      if (size + bytes.length > KEPT_BYTES) return false;
      kept.push(bytes);
      size += bytes.length;
      return true;
    },

    /** What was kept; it is not kept any longer. */
    take(): Uint8Array[] {
      const taken = kept;
      kept = [];
      size = 0;
      return taken;
    },
  };
}
