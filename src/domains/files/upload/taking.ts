import { PassThrough } from 'node:stream';
import type { ExecResult } from '../../../engine/engine-exec.ts';
import type { Engine } from '../../../engine/engine.ts';
import { createGivingUp } from './giving-up.ts';
import { createOwnerLine } from './owner-line.ts';
import type { Owner } from './part-tar.ts';
import { runScript } from '../run-script.ts';
import { TRANSFER_LIMIT_MS } from '../transfers.ts';
import { WHOLE } from './upload-scripts.ts';

/** Longest time to unpack an archive once it is there, in milliseconds. */
const UNPACK_LIMIT_MS = 10 * 60_000;

/** Longest run of what takes an upload, in milliseconds. */
export const TAKING_LIMIT_MS = TRANSFER_LIMIT_MS + UNPACK_LIMIT_MS;

/** What takes an upload in the machine, as the machine's user: a script that reads names of parts. */
export interface Taker {
  script: string;
  path: string;
  /** $2 and on, before the folder of the parts. */
  more: string[];
  /** Whether it takes parts over that are its user's: its first line then says whose files are. */
  takesOver: boolean;
}

export type Taking = ReturnType<typeof startTaking>;

/** Starts a taker, which is told of the parts of an upload in `folder` of the machine's root. */
export function startTaking(
  engine: Pick<Engine, 'exec'>,
  machineId: string,
  { script, path, more, takesOver, folder }: Taker & { folder: string },
) {
  const lines = new PassThrough();
  const givingUp = createGivingUp();
  const { owner, add } = createOwnerLine();
  const call = { script, path, more: [...more, `/${folder}`], verb: 'write to' };
  const result: Promise<ExecResult> = runScript(engine, machineId, call, {
    timeoutMs: TAKING_LIMIT_MS,
    inputStream: lines,
    signal: givingUp.signal,
    onOutput: add,
  });
  return {
    /** What it said in the end. @throws what its exit code stands for */
    result,
    /** Whose parts are to be that it can take over; undefined where it takes none. @throws as `result` */
    owner: async (): Promise<Owner | undefined> =>
      takesOver ? Promise.race([owner, result.then(() => undefined)]) : undefined,
    /** A part is there; of one that was filled up `bytes` are the upload's. */
    partIsThere: (name: string, bytes: number | undefined) =>
      void lines.write(bytes === undefined ? `${name}\n` : `${name} ${bytes}\n`),
    uploadIsWhole: () => void lines.end(`${WHOLE}\n`),
    /** Has it leave nothing, unless the upload is whole; resolves when it has ended. */
    giveUp(): Promise<void> {
      lines.end();
      return givingUp.endOf(result);
    },
  };
}
