/* Runs in its own thread, because parsing a terminal's output takes up to a tenth of a second. */
import { parentPort } from 'node:worker_threads';
import { serializeScreen } from './serialize-screen.ts';
import type { SerializerJob, SerializerResult } from './serializer-thread.ts';

async function result({ output, size, before }: SerializerJob): Promise<SerializerResult> {
  try {
    return { screen: new Uint8Array(await serializeScreen(output, size, before)) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

async function answer(job: SerializerJob): Promise<void> {
  const answered = await result(job);
  parentPort?.postMessage(answered, 'screen' in answered ? [answered.screen.buffer] : []);
}

parentPort?.on('message', (job: SerializerJob) => void answer(job));
