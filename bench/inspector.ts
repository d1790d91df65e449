import { WebSocket } from 'ws';

/** Maximum number of garbage collections, and the relative change between two at which memory counts as settled. */
const MAX_ROUNDS = 10;
const SETTLED = 0.002;

/** Memory of a process, in bytes. */
export interface Memory {
  /** Resident memory. */
  rss: number;
  /** Live objects and their buffers. */
  alive: number;
}

/** Makes the process behind an inspector collect garbage until nothing more is freed. Returns its memory then. */
export async function settledMemory(port: number): Promise<Memory> {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
  if (!target) throw new Error('The service does not listen for an inspector.');
  const socket = new WebSocket(target.webSocketDebuggerUrl, { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  let last = 0;
  const ask = (method: string, params: object = {}) =>
    new Promise<{ result: { value: string } }>((resolve) => {
      const id = ++last;
      socket.on('message', function answer(data: Buffer) {
        const message = JSON.parse(data.toString()) as { id?: number; result: { result: { value: string } } };
        if (message.id !== id) return;
        socket.off('message', answer);
        resolve(message.result);
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
  async function collect(): Promise<Memory> {
    await ask('HeapProfiler.collectGarbage');
    // V8 returns pages to the system in the background.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const { result } = await ask('Runtime.evaluate', { expression: 'JSON.stringify(process.memoryUsage())' });
    const usage = JSON.parse(result.value) as NodeJS.MemoryUsage;
    return { rss: usage.rss, alive: usage.heapUsed + usage.external };
  }
  try {
    let memory = await collect();
    for (let round = 1; round < MAX_ROUNDS; round++) {
      const before = memory;
      memory = await collect();
      if (Math.abs(memory.alive - before.alive) < before.alive * SETTLED) break;
    }
    return memory;
  } finally {
    socket.terminate();
  }
}
