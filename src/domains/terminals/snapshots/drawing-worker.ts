/* Runs in a thread of its own, since a terminal's output takes up to a tenth of a second to parse. */
import { parentPort } from 'node:worker_threads';
import { drawScreen } from './draw-screen.ts';
import type { DrawingJob, DrawingResult } from './drawing.ts';

async function result({ output, size, before }: DrawingJob): Promise<DrawingResult> {
  try {
    return { drawn: new Uint8Array(await drawScreen(output, size, before)) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

async function answer(job: DrawingJob): Promise<void> {
  const answered = await result(job);
  parentPort?.postMessage(answered, 'drawn' in answered ? [answered.drawn.buffer] : []);
}

parentPort?.on('message', (job: DrawingJob) => void answer(job));
