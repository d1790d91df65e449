import { randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { pack as createPack } from 'tar-stream';
import type { ExecResult } from '../engine/engine-exec.ts';
import type { Engine } from '../engine/engine.ts';
import { fault, isFault } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Upload } from './file.ts';
import { createPartMemories } from './part-memory.ts';
import { partName, partTar } from './part-tar.ts';
import { partsOf } from './parts.ts';
import type { Inspection } from './parts.ts';
import { runScript } from './run-script.ts';
import { CLEAN_UP_SCRIPT, UPLOAD_PREFIX, WHOLE } from './scripts.ts';
import { TRANSFER_LIMIT_MS } from './transfers.ts';

/** Root of a machine, by number: its list of users can call it anything. */
const ROOT = '0';
/** Longest time to unpack an archive once it is there, in milliseconds. */
const UNPACK_LIMIT_MS = 10 * 60_000;

/** What takes an upload in the machine, as the machine's user: a script that reads names of parts, and $2, their folder. */
export interface Taker {
  script: string;
  path: string;
  /** $3 and on. */
  more: string[];
}

export type Delivery = ReturnType<typeof createDelivery>;

/**
 * Brings uploads into machines: part by part as archives, which costs a fraction of what a command's
 * input does. While the engine unpacks an archive nothing else can be done with the machine, so that
 * no archive may be as slow as a client is: each part is sent when it is here as a whole.
 */
export function createDelivery({
  engine,
  limitBytes,
  log,
}: {
  engine: Pick<Engine, 'exec' | 'copyIn'>;
  limitBytes: number;
  log: Log;
}) {
  const cleaning = new Set<Promise<void>>();
  const memories = createPartMemories();

  /** What came of the upload stands whether or not this succeeds: the next one tries again. */
  async function cleanUp(machineId: string, folder: string): Promise<void> {
    const call = { script: CLEAN_UP_SCRIPT, path: folder, user: ROOT, verb: 'remove' };
    try {
      await runScript(engine, machineId, call).catch((error: unknown) => {
        if (!isFault(error, 'ROOT_REFUSED')) throw error;
        return replaceFolder(machineId, folder);
      });
    } catch (error) {
      log.warn({ err: error, machineId }, 'Parts of an upload stay in its machine');
    }
  }

  /** Where nobody may remove it: the engine puts a file in a folder's place, and an empty one costs nothing. */
  async function replaceFolder(machineId: string, folder: string): Promise<void> {
    const tar = createPack();
    tar.entry({ name: folder.slice(1) }, '');
    tar.finalize();
    await engine.copyIn(machineId, '/', Readable.from(tar, { objectMode: false }));
  }

  return {
    /**
     * Gives `upload` to `taker`, and tells it when that is whole; the taker's own result.
     * @throws UPLOAD_TOO_LARGE, TRANSFER_INTERRUPTED, DISK_FULL, and what the inspection and the taker say
     */
    async bring(
      machineId: string,
      upload: Upload & { signal: AbortSignal; inspection?: Inspection },
      { script, path, more }: Taker,
    ): Promise<ExecResult> {
      const { size, signal, inspection } = upload;
      if (size !== undefined && size > limitBytes) throw fault('UPLOAD_TOO_LARGE', { limit: limitBytes });
      const memory = memories.take(size);
      const name = `${UPLOAD_PREFIX}${randomBytes(12).toString('hex')}`;
      const arrived = new PassThrough();
      const call = { script, path, more: [`/${name}`, ...more], verb: 'write to' };
      const timeoutMs = TRANSFER_LIMIT_MS + UNPACK_LIMIT_MS;
      const taken = runScript(engine, machineId, call, { timeoutMs, inputStream: arrived });
      const flight: Flight = { machineId, folder: name, arrived, signal, part: undefined };
      try {
        const parts = partsOf(upload, { limitBytes, inspection, memory });
        const sent = send(parts, flight);
        // One that refuses does so before the whole upload has come.
        await Promise.race([sent, taken.then(() => sent)]);
        const result = await taken;
        // Of one that broke off the engine's connection may have a part still.
        memories.giveBack(memory);
        return result;
      } catch (error) {
        arrived.end();
        await taken.catch(() => undefined);
        throw error;
      } finally {
        const cleaned = landed(flight)
          .then(() => cleanUp(machineId, `/${name}`))
          .finally(() => cleaning.delete(cleaned));
        cleaning.add(cleaned);
      }
    },

    /** Resolves when nothing is left that was to be removed. */
    async settled(): Promise<void> {
      await Promise.all(cleaning);
    },
  };

  /** Sends parts in turn, each while the next one comes in. */
  async function send(parts: AsyncIterable<Buffer>, flight: Flight): Promise<void> {
    const { arrived, signal } = flight;
    let number = 0;
    for await (const bytes of parts) {
      await flight.part;
      signal.throwIfAborted();
      if (arrived.writableEnded) return;
      flight.part = sendPart(flight, number, bytes);
      // It is waited for, but only after the next part has come.
      flight.part.catch(() => undefined);
      number += 1;
    }
    await flight.part;
    if (!arrived.writableEnded) arrived.end(`${WHOLE}\n`);
  }

  async function sendPart({ machineId, folder, arrived }: Flight, part: number, bytes: Buffer) {
    const tar = Readable.from(partTar(folder, part, bytes), { objectMode: false });
    await engine.copyIn(machineId, '/', tar);
    if (!arrived.writableEnded) arrived.write(`${partName(part)}\n`);
  }
}

/** An upload on its way. */
interface Flight {
  machineId: string;
  folder: string;
  /** Names of the parts that have arrived, for the taker. */
  arrived: PassThrough;
  signal: AbortSignal;
  /** The part that is being sent. */
  part: Promise<void> | undefined;
}

/** Resolves when no part is being sent any more, whatever came of it. */
async function landed({ part }: Flight): Promise<void> {
  await part?.catch(() => undefined);
}
