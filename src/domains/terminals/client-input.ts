/** Maximum number of clients whose input is counted per terminal: the most recent ones. */
const MAX_CLIENTS = 16;

/** Counts the bytes of input that each client of a terminal sent, over all of its connections to this process. */
interface InputCounts {
  /** Registers the client, starting at `sent` bytes if it is new. Returns its count. */
  register(client: string, sent: number): number;
  add(client: string, bytes: number): void;
}

export function createInputCounts(): InputCounts {
  const counts = new Map<string, number>();
  return {
    register(client, sent) {
      const count = counts.get(client) ?? sent;
      counts.delete(client);
      counts.set(client, count);
      for (const [oldest] of counts) {
        if (counts.size <= MAX_CLIENTS) break;
        counts.delete(oldest);
      }
      return count;
    },
    add(client, bytes) {
      const known = counts.get(client);
      if (known !== undefined) counts.set(client, known + bytes);
    },
  };
}
