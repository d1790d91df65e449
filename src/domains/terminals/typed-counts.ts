/** Clients whose input is counted at one terminal: those who came last. */
const MOST_CLIENTS = 16;

/** How many bytes of input each client of a terminal has given it, over all of its connections to this process. */
export interface TypedCounts {
  /** Has the client counted, from `sent` on where it is not yet; how many it is. */
  know(client: string, sent: number): number;
  add(client: string, bytes: number): void;
}

export function createTypedCounts(): TypedCounts {
  const counts = new Map<string, number>();
  return {
    know(client, sent) {
      const count = counts.get(client) ?? sent;
      counts.delete(client);
      counts.set(client, count);
      for (const [oldest] of counts) {
        if (counts.size <= MOST_CLIENTS) break;
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
