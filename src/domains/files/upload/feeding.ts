import type { ExecInput, ExecResult } from '../../../engine/engine-exec.ts';
import type { Engine } from '../../../engine/engine.ts';
import { createChunkGarbage } from './chunk-garbage.ts';
import type { Upload } from '../file.ts';
import { chunksOf } from './pieces.ts';
import type { Inspection } from './pieces.ts';
import { createGivingUp } from './giving-up.ts';
import { feedScript } from '../run-script.ts';
import type { ScriptCall } from '../run-script.ts';
import { TAKING_LIMIT_MS } from './taking.ts';
import { WHOLE } from './upload-scripts.ts';

/** An upload that is to be fed to a script, with what bounds it. */
export interface FedUpload extends Upload {
  limitBytes: number;
  inspection: Inspection | undefined;
  /** Aborted when no more is wanted. */
  signal: AbortSignal;
}

/**
 * Feeds an upload as it comes to a script that waits to be told that it is whole; the script's result.
 * Undefined, with nothing of it read, where the engine cannot do that.
 * @throws what the script says, and as {@link chunksOf}
 */
export async function feedUpload(
  engine: Pick<Engine, 'execInput'>,
  machineId: string,
  upload: FedUpload,
  call: ScriptCall,
): Promise<ExecResult | undefined> {
  const givingUp = createGivingUp();
  const limits = { timeoutMs: TAKING_LIMIT_MS, signal: givingUp.signal };
  const input = await feedScript(engine, machineId, call, limits);
  if (!input) return undefined;
  const over = new AbortController();
  const { result } = input;
  try {
    const fed = feed(upload, input, over.signal);
    // One that refuses does so before the whole upload has come.
    await Promise.race([fed, result.then(() => fed), aborted(upload.signal, over.signal)]);
    return await result;
  } catch (error) {
    over.abort();
    input.giveUp();
    await givingUp.endOf(result);
    throw error;
  } finally {
    over.abort();
  }
}

async function feed(upload: FedUpload, input: ExecInput, over: AbortSignal): Promise<void> {
  const garbage = createChunkGarbage();
  for await (const chunk of chunksOf(upload, upload)) {
    if (over.aborted) return;
    await input.write(chunk);
    garbage.add(chunk.length);
  }
  upload.signal.throwIfAborted();
  if (!over.aborted) input.end(`${WHOLE}\n`);
}

/** Fails once `signal` aborts, with its reason; settles in no other way, and listens until `over`. */
function aborted(signal: AbortSignal, over: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const fail = () => reject(signal.reason);
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true, signal: over });
  });
}
