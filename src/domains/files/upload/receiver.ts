import { PassThrough } from 'node:stream';
import type { ExecResult } from '../../../engine/engine-exec.ts';
import type { Engine } from '../../../engine/engine.ts';
import { fault } from '../../../core/errors.ts';
import type { Owner } from './parts.ts';
import { runScript } from '../run-script.ts';
import { TRANSFER_LIMIT_MS } from '../transfers.ts';
import { WHOLE } from './upload-scripts.ts';

/** Time limit to unpack a complete archive, in milliseconds. */
const UNPACK_LIMIT_MS = 10 * 60_000;

/** Time limit of a script that receives an upload, in milliseconds. */
export const RECEIVER_LIMIT_MS = TRANSFER_LIMIT_MS + UNPACK_LIMIT_MS;

/** A script that receives an upload as the machine's user: it reads the names of parts from its input. */
export interface ReceiverScript {
  script: string;
  path: string;
  /** $2 and the following arguments, before the folder of the parts. */
  more: string[];
  /** Whether the script can move parts of its user into place: its first line then names the owner of files. */
  movesParts: boolean;
}

export type Receiver = ReturnType<typeof startReceiver>;

/** Starts a receiver script for the parts of an upload in `folder` of the machine's root. */
export function startReceiver(
  engine: Pick<Engine, 'exec'>,
  machineId: string,
  { script, path, more, movesParts, folder }: ReceiverScript & { folder: string },
) {
  const lines = new PassThrough();
  const cancellation = createCancellation();
  const { owner, add } = createOwnerLine();
  const call = { script, path, more: [...more, `/${folder}`], verb: 'write to' };
  const result: Promise<ExecResult> = runScript(engine, machineId, call, {
    timeoutMs: RECEIVER_LIMIT_MS,
    inputStream: lines,
    signal: cancellation.signal,
    onOutput: add,
  });
  return {
    /**
     * The script's result.
     * @throws the fault of its exit code
     */
    result,
    /**
     * Returns the owner of parts that the script can move; undefined if it copies them.
     * @throws as `result`
     */
    owner: async (): Promise<Owner | undefined> =>
      movesParts ? Promise.race([owner, result.then(() => undefined)]) : undefined,
    /** Announces a copied part; `bytes` is the size of its content if the part is padded. */
    partArrived: (name: string, bytes: number | undefined) =>
      void lines.write(bytes === undefined ? `${name}\n` : `${name} ${bytes}\n`),
    uploadComplete: () => void lines.end(`${WHOLE}\n`),
    /** Makes the script remove everything, unless the upload is complete. Resolves when it has ended. */
    giveUp(): Promise<void> {
      lines.end();
      return cancellation.endOf(result);
    },
  };
}

/**
 * How long a cancelled script may run, in milliseconds: it has a file to remove. A stopped program, or a fake one,
 * would otherwise run for as long as an upload may take.
 */
const CANCEL_LIMIT_MS = 10_000;

/** Ends a cancelled script that does not end in time. */
export function createCancellation() {
  const over = new AbortController();
  return {
    /** The signal for the script: aborts when the script must end immediately. */
    signal: over.signal,
    /** Resolves when the script with this `result` has ended, if necessary by force. */
    async endOf(result: Promise<unknown>): Promise<void> {
      const timer = setTimeout(() => over.abort(fault('TRANSFER_INTERRUPTED')), CANCEL_LIMIT_MS);
      await result.catch(() => undefined);
      clearTimeout(timer);
    },
  };
}

/** Longest owner line, in bytes. */
const LINE_LIMIT_BYTES = 64;
/** Largest number that fits into a tar header. */
const NUMBER_LIMIT = 0o7777777;

/**
 * Reads the owner of new files from the first line of a script's output: two numbers; undefined if the line is invalid.
 */
export function createOwnerLine(): { owner: Promise<Owner | undefined>; add(bytes: Buffer): void } {
  let received = '';
  let resolveOwner: (owner: Owner | undefined) => void;
  const owner = new Promise<Owner | undefined>((resolve) => {
    resolveOwner = resolve;
  });
  return {
    owner,
    add(bytes) {
      received = (received + bytes.toString('latin1')).slice(0, LINE_LIMIT_BYTES);
      if (received.includes('\n') || received.length === LINE_LIMIT_BYTES) resolveOwner(parse(received));
    },
  };
}

function parse(line: string): Owner | undefined {
  const [, uid, gid] = (/^(\d+) (\d+)\n/.exec(line) ?? []).map(Number);
  if (uid === undefined || gid === undefined || uid > NUMBER_LIMIT || gid > NUMBER_LIMIT) return undefined;
  return { uid, gid };
}
