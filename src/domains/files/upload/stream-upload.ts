import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ExecInput, ExecResult } from '../../../engine/engine-exec.ts';
import type { Engine } from '../../../engine/engine.ts';
import type { Upload } from '../file.ts';
import { chunksOf } from './pieces.ts';
import type { Inspection } from './pieces.ts';
import { createCancellation, RECEIVER_LIMIT_MS } from './receiver.ts';
import { startScriptWithInput } from '../run-script.ts';
import type { ScriptCall } from '../run-script.ts';
import { WHOLE } from './upload-scripts.ts';

/** An upload to stream to a script, with its limits. */
export interface StreamedUpload extends Upload {
  limitBytes: number;
  inspection: Inspection | undefined;
  /** Aborts when the upload is cancelled. */
  signal: AbortSignal;
}

/**
 * Streams an upload to a script that waits for the confirmation that the upload is complete. Returns the script's
 * result, or undefined without reading anything if the engine cannot stream input.
 * @throws the fault of the script, and as {@link chunksOf}
 */
export async function streamUpload(
  engine: Pick<Engine, 'execInput'>,
  machineId: string,
  upload: StreamedUpload,
  call: ScriptCall,
): Promise<ExecResult | undefined> {
  const cancellation = createCancellation();
  const limits = { timeoutMs: RECEIVER_LIMIT_MS, signal: cancellation.signal };
  const input = await startScriptWithInput(engine, machineId, call, limits);
  if (!input) return undefined;
  const over = new AbortController();
  const { result } = input;
  try {
    const streamed = stream(upload, input, over.signal);
    // A script that refuses ends before the whole upload has arrived.
    await Promise.race([streamed, result.then(() => streamed), aborted(upload.signal, over.signal)]);
    return await result;
  } catch (error) {
    over.abort();
    input.giveUp();
    await cancellation.endOf(result);
    throw error;
  } finally {
    over.abort();
  }
}

async function stream(upload: StreamedUpload, input: ExecInput, over: AbortSignal): Promise<void> {
  const garbage = createChunkGarbage();
  for await (const chunk of chunksOf(upload, upload)) {
    if (over.aborted) return;
    await input.write(chunk);
    garbage.add(chunk.length);
  }
  upload.signal.throwIfAborted();
  if (!over.aborted) input.end(`${WHOLE}\n`);
}

/** Rejects with the reason when `signal` aborts, and never resolves. Stops listening when `over` aborts. */
function aborted(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true, signal: over });
  });
}

/** Bytes of chunks after which a collection runs: two rounds are less than V8's own threshold. */
const ROUND_BYTES = 16 * 1024 * 1024;

let round: ((options: { type: 'minor' }) => void) | undefined;

/**
 * Creates a counter that collects an upload's chunks while they are young. Chunks are garbage as soon as they are
 * forwarded, but their memory is outside V8's heap, which V8 ignores up to 64 MB. Beyond that, it marks the whole heap:
 * a tenth of a second for each 64 MB, in which no terminal is served. A minor collection takes a millisecond, but V8
 * starts it only when the young generation of the heap is full, which does not happen here.
 */
export function createChunkGarbage(): { add(bytes: number): void } {
  let since = 0;
  return {
    add(bytes) {
      since += bytes;
      if (since < ROUND_BYTES) return;
      since = 0;
      round ??= exposedCollector();
      round({ type: 'minor' });
    },
  };
}

/** Returns the collector of `node --expose-gc`, without requiring that option at start. */
function exposedCollector(): NonNullable<typeof round> {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as NonNullable<typeof round>;
}
