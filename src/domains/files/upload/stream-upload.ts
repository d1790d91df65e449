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
  for await (const chunk of chunksOf(upload, upload)) {
    if (over.aborted) return;
    await input.write(chunk);
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
