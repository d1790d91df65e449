import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineTerminal } from '../../../src/engine/engine-terminals.ts';

/** Long enough for a busy host, short enough to fail. */
const PATIENCE_MS = 20_000;

/** Collects a terminal's output. `until` waits for a text and returns everything up to it. */
export function readScreen(terminal: Pick<EngineTerminal, 'stream'>) {
  let screen = '';
  terminal.stream.on('data', (chunk: Buffer) => {
    screen += chunk.toString('latin1');
  });
  const until = async (text: string) => {
    const deadline = Date.now() + PATIENCE_MS;
    while (!screen.includes(text)) {
      if (Date.now() > deadline) throw new Error(`no "${text}" in ${JSON.stringify(screen.slice(-500))}`);
      await sleep(10);
    }
    const seen = screen.slice(0, screen.indexOf(text) + text.length);
    screen = screen.slice(seen.length);
    return seen;
  };
  return { until };
}
