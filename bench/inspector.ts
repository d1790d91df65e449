import { WebSocket } from 'ws';

/** Makes the process that listens for an inspector collect its garbage, twice, and tells what it holds then, in bytes. */
export async function settledMemory(
  port: number,
): Promise<{ rss: number; heapUsed: number; external: number }> {
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
  try {
    for (let time = 0; time < 2; time++) {
      await ask('HeapProfiler.collectGarbage');
      // V8 gives pages back to the system beside the program.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
    const { result } = await ask('Runtime.evaluate', { expression: 'JSON.stringify(process.memoryUsage())' });
    return JSON.parse(result.value) as { rss: number; heapUsed: number; external: number };
  } finally {
    socket.terminate();
  }
}
