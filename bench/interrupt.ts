import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { TerminalClient } from '../test/kit/terminals/terminal-client.ts';
import { median } from './context.ts';
import type { BenchContext, Figure } from './context.ts';
import { openRawShell } from './raw-docker.ts';

/** Speed of a browser's terminal parser, in bytes per millisecond: 10 MB/s. */
const SPEED = 10_000;
const TICK_MS = 5;
const ROUNDS = 15;
/** Duration of a flood before it is interrupted, in milliseconds. */
const FLOOD_MS = 500;
/** Longest wait for a prompt, in milliseconds. */
const LIMIT_MS = 30_000;

const FLOOD = `yes "$(head -c 70 /dev/zero | tr '\\0' x)"\r`;
const PROMPT = '$ ';

/** A screen that shows output as slowly as a browser. */
interface Screen {
  write(bytes: string): void;
  /** Resolves when the screen shows another prompt. */
  prompt(): Promise<void>;
  stop(): void;
}

/** Measures the milliseconds from `^C` in a flood to the next prompt: through the service and through a plain client. */
export async function measureInterrupt(context: BenchContext): Promise<Figure> {
  const session = await context.startSession();
  const client = TerminalClient.connect(await context.openTerminal(session), { acknowledge: false });
  await client.expect(PROMPT);
  const screens = {
    ours: oursScreen(client),
    raw: rawScreen(await openRawShell(await context.containerOf(session))),
  };
  await sleep(500);
  const times: Record<keyof typeof screens, number[]> = { ours: [], raw: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ['ours', 'raw'] as const) times[way].push(await interrupt(screens[way]));
  }
  screens.ours.stop();
  screens.raw.stop();
  const [ours, raw] = [median(times.ours), median(times.raw)];
  return { ours, raw, ratio: ours / raw };
}

async function interrupt(screen: Screen): Promise<number> {
  screen.write(FLOOD);
  await sleep(FLOOD_MS);
  const prompted = screen.prompt();
  const start = performance.now();
  screen.write('\x03');
  await prompted;
  return performance.now() - start;
}

function oursScreen(client: TerminalClient): Screen {
  const waiting: Buffer[] = [];
  let shown = client.received;
  client.socket.on('message', (frame: Buffer) => {
    if (frame[0] === 0) waiting.push(frame.subarray(1));
  });
  return screenOf({
    write: (bytes) => client.send(bytes),
    take(most) {
      const next = waiting.shift();
      if (!next) return undefined;
      if (next.length > most) waiting.unshift(next.subarray(most));
      const bytes = next.subarray(0, most);
      shown += bytes.length;
      client.acknowledge(shown);
      return bytes;
    },
    close: () => client.socket.terminate(),
  });
}

function rawScreen(stream: Duplex): Screen {
  return screenOf({
    write: (bytes) => void stream.write(bytes),
    take: (most) => (stream.read(Math.min(most, stream.readableLength)) as Buffer | null) ?? undefined,
    close: () => stream.destroy(),
  });
}

function screenOf(shell: {
  write(bytes: string): void;
  take(most: number): Buffer | undefined;
  close(): void;
}): Screen {
  let waiting: (() => void) | undefined;
  let tail = '';
  let last = performance.now();

  function show(): void {
    const now = performance.now();
    let capacity = Math.floor((now - last) * SPEED);
    last = now;
    while (capacity > 0) {
      const bytes = shell.take(capacity);
      if (!bytes) return;
      capacity -= bytes.length;
      tail = (tail + bytes.toString('latin1')).slice(-PROMPT.length);
      if (tail === PROMPT) waiting?.();
    }
  }
  const timer = setInterval(show, TICK_MS);

  return {
    write: shell.write,
    async prompt() {
      const shown = new Promise<void>((resolve) => (waiting = resolve));
      await Promise.race([
        shown,
        sleep(LIMIT_MS, undefined, { ref: false }).then(() =>
          Promise.reject(new Error('The prompt did not appear.')),
        ),
      ]);
      waiting = undefined;
    },
    stop() {
      clearInterval(timer);
      shell.close();
    },
  };
}
