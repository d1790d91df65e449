/** Most bytes kept of what is typed while there is no connection: a long paste. */
const KEPT_BYTES = 64 * 1024;
/** Most bytes under way that the server has not taken: its shell does not read. */
const UNDER_WAY_BYTES = 4 * 1024 * 1024;

/**
 * What is typed, over all connections to one terminal, counted in bytes: kept until the server has taken it, so
 * that what a broken connection lost is sent again, and nothing twice.
 */
export function createTypedInput() {
  /** What was not taken yet, from byte `taken` on. */
  let chunks: Uint8Array[] = [];
  let taken = 0;
  let sent = 0;
  let typed = 0;

  function forgetUntil(offset: number): void {
    while (chunks[0] && taken < offset) {
      const [first] = chunks;
      const part = Math.min(first.length, offset - taken);
      if (part === first.length) chunks.shift();
      else chunks[0] = first.subarray(part);
      taken += part;
    }
  }

  return {
    /** How many bytes were sent. */
    get sent(): number {
      return sent;
    },

    /** How many bytes the server has not taken, sent or not. */
    get waiting(): number {
      return typed - taken;
    },

    /** False where there is no room: the whole of it is dropped, since half a command is worse than none. */
    add(bytes: Uint8Array, connected: boolean): boolean {
      const waiting = connected ? typed - taken : typed - sent;
      if (waiting + bytes.length > (connected ? UNDER_WAY_BYTES : KEPT_BYTES)) return false;
      chunks.push(bytes);
      typed += bytes.length;
      return true;
    },

    /** What is to be sent now; it counts as sent. */
    send(): Uint8Array[] {
      let start = taken;
      const unsent = [];
      for (const chunk of chunks) {
        if (start + chunk.length > sent) unsent.push(chunk.subarray(Math.max(0, sent - start)));
        start += chunk.length;
      }
      sent = typed;
      return unsent;
    },

    /** The server has taken all before `offset`. */
    take: forgetUntil,

    /** A connection begins: what was sent beyond `offset` was lost. A server that does not count has taken all. */
    resume(offset: number | undefined): void {
      forgetUntil(offset ?? sent);
      sent = taken;
    },

    /** Nobody takes it. */
    clear(): void {
      chunks = [];
      taken = typed;
      sent = typed;
    },
  };
}
