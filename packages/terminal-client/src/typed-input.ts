/** Maximum number of bytes buffered without a connection: a long paste. */
const MAX_OFFLINE_BYTES = 64 * 1024;
/** Maximum number of bytes that the server has not taken, because the shell does not read. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

/**
 * Buffers input, over all connections to one terminal, until the server has taken it. After a lost connection, only the
 * bytes that the server has not taken are sent again.
 */
export function createTypedInput() {
  /** The input from byte `taken` on. */
  let chunks: Uint8Array[] = [];
  let taken = 0;
  let sent = 0;
  let typed = 0;

  function discardUntil(offset: number): void {
    while (chunks[0] && taken < offset) {
      const [first] = chunks;
      const part = Math.min(first.length, offset - taken);
      if (part === first.length) chunks.shift();
      else chunks[0] = first.subarray(part);
      taken += part;
    }
  }

  return {
    /** Number of bytes sent. */
    get sent(): number {
      return sent;
    },

    /** Number of bytes that the server has not taken, sent or not. */
    get waiting(): number {
      return typed - taken;
    },

    /** Adds input. Returns false if the buffer is full. Then all of it is dropped, as half a command is worse than none. */
    add(bytes: Uint8Array, connected: boolean): boolean {
      const waiting = connected ? typed - taken : typed - sent;
      if (waiting + bytes.length > (connected ? MAX_WAITING_BYTES : MAX_OFFLINE_BYTES)) return false;
      chunks.push(bytes);
      typed += bytes.length;
      return true;
    },

    /** Returns the input to send now and counts it as sent. */
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

    /** Discards the input before `offset`, which the server has taken. */
    take: discardUntil,

    /** Starts a connection. Input sent after `offset` was lost. Without an offset, the server has taken everything sent. */
    resume(offset: number | undefined): void {
      discardUntil(offset ?? sent);
      sent = taken;
    },

    /** Drops all input. */
    clear(): void {
      chunks = [];
      taken = typed;
      sent = typed;
    },
  };
}
