import type { ExecResult } from '../../../engine/engine-exec.ts';
import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { packTar } from '../../../core/tar.ts';
import type { Upload } from '../file.ts';
import { sendParts } from './parts.ts';
import type { PartWay } from './parts.ts';
import { createPieceMemories, piecesOf } from './pieces.ts';
import type { Inspection } from './pieces.ts';
import { runScript } from '../run-script.ts';
import { startReceiver } from './receiver.ts';
import type { ReceiverScript, Receiver } from './receiver.ts';
import { CLEAN_UP_SCRIPT, LEFT_SCRIPT, UPLOAD_PREFIX } from './upload-scripts.ts';
import { randomBytes } from 'node:crypto';

/** Maximum number of machines with remembered folder names. Forgetting the oldest costs an empty file in each. */
const REMEMBERED = 4_096;

/**
 * Creates unique names for the folders in which uploads arrive. A name whose folder could not be removed is reused, so
 * at most one stays.
 */
function createUploadNames() {
  const used = new Map<string, string[]>();
  return {
    take: (machineId: string): string =>
      used.get(machineId)?.pop() ?? `${UPLOAD_PREFIX}${randomBytes(12).toString('hex')}`,

    /** Allows a later upload to overwrite the leftover of this name. */
    release(machineId: string, name: string): void {
      const [eldest] = used.keys();
      if (!used.has(machineId) && used.size >= REMEMBERED && eldest !== undefined) used.delete(eldest);
      used.set(machineId, [...(used.get(machineId) ?? []), name]);
    },
  };
}

/** Root by number: the machine's user list can give it any name. */
const ROOT = '0';

/** Matches a line that is exactly the name of an upload folder: the machine's output is not trusted. */
const UPLOAD_NAME = /^\.berth-upload-[0-9a-f]{24}$/gm;

export type PartUploads = ReturnType<typeof createPartUploads>;

/**
 * Creates the uploader for engines that cannot stream input. It copies an upload in parts as archives, at a fraction of
 * the cost of a command's input. While the engine unpacks an archive, it blocks the machine, so no part may be as slow
 * as its client: parts.ts limits that.
 */
export function createPartUploads({
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

  /** Removes the upload folder. A failure does not affect the upload: the next cleanup tries again. */
  async function cleanUp(machineId: string, folder: string): Promise<void> {
    const call = { script: CLEAN_UP_SCRIPT, path: `/${folder}`, user: ROOT, verb: 'remove' };
    try {
      await runScript(engine, machineId, call).catch((error: unknown) => {
        if (!isFault(error, 'ROOT_REFUSED')) throw error;
        return replaceFolders(machineId, folder);
      });
    } catch (error) {
      log.warn({ err: error, machineId }, 'removing upload parts failed');
    }
  }

  /**
   * Without permission to remove folders, the engine replaces this folder, and each that a crash left, with an empty
   * file.
   */
  async function replaceFolders(machineId: string, folder: string): Promise<void> {
    const call = { script: LEFT_SCRIPT, path: '/', verb: 'look at' };
    const { stdout } = await runScript(engine, machineId, call);
    const left = new Set([folder, ...(stdout.toString().match(UPLOAD_NAME) ?? [])]);
    const tar = packTar(async (add) => {
      for (const name of left) await add({ name }, '');
    });
    await engine.copyIn(machineId, '/', tar);
    names.release(machineId, folder);
  }

  return {
    /**
     * Sends the upload to the receiver script, and returns the script's result.
     * @throws UPLOAD_TOO_LARGE, TRANSFER_INTERRUPTED, DISK_FULL, and any error of the inspection or the script
     */
    async send(
      machineId: string,
      upload: Upload & { signal: AbortSignal; inspection: Inspection | undefined },
      receiverScript: ReceiverScript,
    ): Promise<ExecResult> {
      const { size, inspection } = upload;
      const memory = memories.take(size);
      const folder = names.take(machineId);
      const receiver = startReceiver(engine, machineId, { ...receiverScript, folder });
      const over = new AbortController();
      const signal = AbortSignal.any([upload.signal, over.signal]);
      const pieces = piecesOf(upload, { limitBytes, inspection, memory });
      let copying: Promise<void> | undefined;
      const copy: PartWay['copy'] = (tar) => (copying = engine.copyIn(machineId, '/', tar));
      try {
        const sent = sendAll(pieces, receiver, { folder, size, copy, signal, partSize });
        // A script that refuses ends before the whole upload has arrived.
        await Promise.race([sent, receiver.result.then(() => sent)]);
        const result = await receiver.result;
        // Only after success: otherwise the engine's connection may still use a piece.
        memories.release(memory);
        return result;
      } catch (error) {
        over.abort(error);
        void pieces.return();
        await receiver.giveUp();
        throw error;
      } finally {
        const cleaned = Promise.resolve(copying)
          .catch(() => undefined)
          .then(() => cleanUp(machineId, folder))
          .finally(() => cleaning.delete(cleaned));
        cleaning.add(cleaned);
      }
    },

    /** Resolves when all cleanups have ended. */
    async settled(): Promise<void> {
      await Promise.all(cleaning);
    },
  };
}

/** Sends all parts, then reports that the upload is complete. */
async function sendAll(
  pieces: AsyncIterator<Buffer, void>,
  { owner, partArrived, uploadComplete }: Receiver,
  way: Omit<PartWay, 'owner' | 'onCopied'>,
): Promise<void> {
  await sendParts(pieces, { ...way, owner, onCopied: partArrived });
  way.signal.throwIfAborted();
  uploadComplete();
}
