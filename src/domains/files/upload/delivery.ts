import { Readable } from 'node:stream';
import { pack as createPack } from 'tar-stream';
import type { ExecResult } from '../../../engine/engine-exec.ts';
import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import type { Upload } from '../file.ts';
import { sendParts } from './parts.ts';
import type { PartWay } from './parts.ts';
import { createPieceMemories } from './piece-memory.ts';
import { piecesOf } from './pieces.ts';
import type { Inspection } from './pieces.ts';
import { runScript } from '../run-script.ts';
import { startTaking } from './taking.ts';
import type { Taker, Taking } from './taking.ts';
import { CLEAN_UP_SCRIPT, LEFT_SCRIPT, UPLOAD_PREFIX } from './upload-scripts.ts';
import { randomBytes } from 'node:crypto';

/** Machines whose names are remembered; the eldest are forgotten, which costs an empty file in each. */
const REMEMBERED = 4_096;

/**
 * Names of the folders in which uploads arrive. No other process has the same, and those of which something
 * stays are used again, so that it stays once.
 */
function createUploadNames() {
  const used = new Map<string, string[]>();
  return {
    take: (machineId: string): string =>
      used.get(machineId)?.pop() ?? `${UPLOAD_PREFIX}${randomBytes(12).toString('hex')}`,

    /** What stays by that name may be overwritten from now on. */
    giveBack(machineId: string, name: string): void {
      const [eldest] = used.keys();
      if (!used.has(machineId) && used.size >= REMEMBERED && eldest !== undefined) used.delete(eldest);
      used.set(machineId, [...(used.get(machineId) ?? []), name]);
    },
  };
}

/** Root of a machine, by number: its list of users can call it anything. */
const ROOT = '0';

/** A line with a name of an upload's folder, and of nothing else that a machine may say. */
const UPLOAD_NAME = /^\.berth-upload-[0-9a-f]{24}$/gm;

export type Delivery = ReturnType<typeof createDelivery>;

/**
 * Brings uploads into machines: part by part as archives, which costs a fraction of what a command's
 * input does. While the engine unpacks an archive nothing else can be done with the machine, so that
 * none may be as slow as a client is: part-size.ts bounds that.
 */
export function createDelivery({
  engine,
  limitBytes,
  partSize,
  log,
}: {
  engine: Pick<Engine, 'exec' | 'copyIn'>;
  limitBytes: number;
  partSize?: PartWay['partSize'];
  log: Log;
}) {
  const cleaning = new Set<Promise<void>>();
  const memories = createPieceMemories();
  const names = createUploadNames();

  /** What came of the upload stands whether or not this succeeds: the next one tries again. */
  async function cleanUp(machineId: string, folder: string): Promise<void> {
    const call = { script: CLEAN_UP_SCRIPT, path: `/${folder}`, user: ROOT, verb: 'remove' };
    try {
      await runScript(engine, machineId, call).catch((error: unknown) => {
        if (!isFault(error, 'ROOT_REFUSED')) throw error;
        return replaceFolders(machineId, folder);
      });
    } catch (error) {
      log.warn({ err: error, machineId }, 'Parts of an upload stay in its machine');
    }
  }

  /** Where nobody may remove them: the engine puts an empty file in the place of the folder, and of each that a crash left. */
  async function replaceFolders(machineId: string, folder: string): Promise<void> {
    const call = { script: LEFT_SCRIPT, path: '/', verb: 'look at' };
    const { stdout } = await runScript(engine, machineId, call);
    const tar = createPack();
    for (const name of new Set([folder, ...(stdout.toString().match(UPLOAD_NAME) ?? [])])) {
      tar.entry({ name }, '');
    }
    tar.finalize();
    await engine.copyIn(machineId, '/', Readable.from(tar, { objectMode: false }));
    names.giveBack(machineId, folder);
  }

  return {
    /**
     * Gives `upload` to `taker`, and tells it when that is whole; the taker's own result.
     * @throws UPLOAD_TOO_LARGE, TRANSFER_INTERRUPTED, DISK_FULL, and what the inspection and the taker say
     */
    async bring(
      machineId: string,
      upload: Upload & { signal: AbortSignal; inspection: Inspection | undefined },
      taker: Taker,
    ): Promise<ExecResult> {
      const { size, inspection } = upload;
      const memory = memories.take(size);
      const folder = names.take(machineId);
      const taking = startTaking(engine, machineId, { ...taker, folder });
      const over = new AbortController();
      const signal = AbortSignal.any([upload.signal, over.signal]);
      const pieces = piecesOf(upload, { limitBytes, inspection, memory });
      let laying: Promise<void> | undefined;
      const lay: PartWay['lay'] = (tar) => (laying = engine.copyIn(machineId, '/', tar));
      try {
        const sent = sendAll(pieces, taking, { folder, size, lay, signal, partSize });
        // One that refuses does so before the whole upload has come.
        await Promise.race([sent, taking.result.then(() => sent)]);
        const result = await taking.result;
        // Of one that broke off the engine's connection may have a piece still.
        memories.giveBack(memory);
        return result;
      } catch (error) {
        over.abort(error);
        void pieces.return();
        await taking.giveUp();
        throw error;
      } finally {
        const cleaned = Promise.resolve(laying)
          .catch(() => undefined)
          .then(() => cleanUp(machineId, folder))
          .finally(() => cleaning.delete(cleaned));
        cleaning.add(cleaned);
      }
    },

    /** Resolves when nothing is left that was to be removed. */
    async settled(): Promise<void> {
      await Promise.all(cleaning);
    },
  };
}

/** Sends an upload to who takes it. */
async function sendAll(
  pieces: AsyncIterator<Buffer, void>,
  { owner, partIsThere, uploadIsWhole }: Taking,
  way: Omit<PartWay, 'owner' | 'laid'>,
): Promise<void> {
  await sendParts(pieces, { ...way, owner, laid: partIsThere });
  way.signal.throwIfAborted();
  uploadIsWhole();
}
