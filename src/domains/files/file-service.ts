import type { Readable } from 'node:stream';
import type { ByteSource } from '../../core/byte-source.ts';
import type { Engine } from '../../engine/engine.ts';
import { fault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Actor } from '../identity/actor.ts';
import type { Log } from '../../core/log.ts';
import type { RunningMachine, SessionService } from '../sessions/session.ts';
import { createPartUploads } from './upload/part-uploads.ts';
import type { FilePlace, FileService } from './file.ts';
import type { PartWay } from './upload/parts.ts';
import { createShortRequests, cancelTransfersOfEndedSessions, createTransfers } from './transfers.ts';
import { isKernelPath, machinePath } from './file.ts';
import { createLearnerReader, createStaffReader } from './file-reader.ts';
import { runScript } from './run-script.ts';
import { REMOVE_SCRIPT } from './scripts.ts';
import type { SessionStates, TransferOf } from './transfers.ts';
import { createUploads } from './upload/uploads.ts';

interface FileServiceOptions {
  sessions: SessionStates & Pick<SessionService, 'machine' | 'touch'>;
  events: Pick<EventBus, 'listen'>;
  engine: Pick<Engine, 'exec' | 'execOutput' | 'execInput' | 'copyIn'>;
  log: Log;
  /** Maximum size of one upload, in bytes. */
  uploadLimitBytes: number;
  /** Chooses the size of upload parts; by default as in parts.ts. */
  partSize?: PartWay['partSize'];
}

/** Creates the file service. `stop` cancels all transfers, and resolves when nothing of them is left in machines. */
export function createFileService(options: FileServiceOptions): FileService & { stop(): Promise<void> } {
  const { sessions, engine, log, uploadLimitBytes } = options;
  const partUploads = createPartUploads({ ...options, limitBytes: uploadLimitBytes });
  const uploads = createUploads({ engine, partUploads, limitBytes: uploadLimitBytes });
  const asLearner = createLearnerReader(engine);
  const asStaff = createStaffReader(engine);
  const transfers = createTransfers();
  const requests = createShortRequests();
  const stopListening = cancelTransfersOfEndedSessions({ ...options, transfers });
  const activeUploads = new Set<Promise<unknown>>();

  /**
   * Authorises the actor for a machine. Returns the machine, its path, the session and learner to count for, and a
   * reader with the actor's rights.
   */
  async function enter(actor: Actor | undefined, place: FilePlace) {
    const machine = await sessions.machine(actor, place.sessionId, place.machine);
    const path = machinePath(place.path);
    sessions.touch(place.sessionId);
    const of = { sessionId: place.sessionId, learnerId: machine.learnerId };
    return { machine, path, of, reader: isLearner(actor, machine) ? asLearner : asStaff };
  }

  /** Counts a download as a transfer, from `open` until the source that `open` passed to `counted` is closed. */
  async function download<T>(
    of: TransferOf,
    client: AbortSignal,
    open: (counted: (source: ByteSource) => ByteSource, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { sessionId } = of;
    const transfer = await transfers.begin(of, client);
    const over = (error: unknown) => {
      transfer.end();
      sessions.touch(sessionId);
      if (error) log.warn({ err: error, sessionId }, 'ending a download in its machine failed');
    };
    try {
      return await open((source) => closeOnAbort(transfer.signal, source, over), transfer.signal);
    } catch (error) {
      transfer.end();
      throw error;
    }
  }

  /** Counts an upload as a transfer, and destroys its stream when the transfer is cancelled. */
  async function upload<T>(
    of: TransferOf,
    client: AbortSignal,
    content: Readable,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { sessionId } = of;
    // The reader gets the error, but the stream may have no reader now.
    content.on('error', () => undefined);
    const transfer = await transfers.begin(of, client);
    const { signal } = transfer;
    const abort = () => void content.destroy(reasonOf(signal));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const working = work(signal);
    activeUploads.add(working);
    try {
      return await working;
    } catch (error) {
      throw signal.aborted ? reasonOf(signal) : error;
    } finally {
      activeUploads.delete(working);
      signal.removeEventListener('abort', abort);
      transfer.end();
      sessions.touch(sessionId);
    }
  }

  return {
    async stat(actor, place) {
      const { machine, path, of, reader } = await enter(actor, place);
      return requests.run(of, () => reader.stat(machine.machineId, path));
    },

    async list(actor, place) {
      const { machine, path, of, reader } = await enter(actor, place);
      return requests.run(of, () => reader.list(machine.machineId, path));
    },

    async read(actor, place, client) {
      const { machine, path, of, reader } = await enter(actor, place);
      return download(of, client, async (counted, signal) => {
        const file = await reader.read(machine.machineId, path, signal);
        return { ...file, content: counted(file.content) };
      });
    },

    async readTar(actor, place, client) {
      const { machine, path, of, reader } = await enter(actor, place);
      if (isKernelPath(path)) throw fault('FILE_IS_SPECIAL', { path });
      return download(of, client, async (counted, signal) =>
        counted(await reader.readTar(machine.machineId, path, signal)),
      );
    },

    async write(actor, place, wanted, client) {
      const { machine, path, of } = await enter(actor, place);
      return upload(of, client, wanted.content, (signal) =>
        uploads.write(machine.machineId, path, wanted, signal),
      );
    },

    async unpack(actor, place, wanted, client) {
      const { machine, path, of } = await enter(actor, place);
      return upload(of, client, wanted.content, (signal) =>
        uploads.unpack(machine.machineId, path, wanted, signal),
      );
    },

    async makeFolder(actor, place) {
      const { machine, path, of } = await enter(actor, place);
      await requests.run(of, () => uploads.makeFolder(machine.machineId, path));
    },

    async remove(actor, place, { recursive }) {
      const { machine, path, of } = await enter(actor, place);
      if (path === '/')
        throw fault('INPUT_INVALID', { problem: 'The root folder of a machine cannot be removed.' });
      const call = { script: REMOVE_SCRIPT, path, more: [recursive ? 'recursive' : ''], verb: 'remove' };
      await requests.run(of, () => runScript(engine, machine.machineId, call));
    },

    async stop() {
      stopListening();
      transfers.stop();
      requests.stop();
      await Promise.allSettled(activeUploads);
      await partUploads.settled();
    },
  };
}

/** The session's learner uses their own rights there, whatever role they have elsewhere. */
function isLearner(actor: Actor | undefined, { learnerId }: RunningMachine): boolean {
  return actor?.userId === learnerId;
}

/**
 * Returns a source that is closed when `signal` aborts. `over` is called once after the close, with its error if it
 * failed.
 */
function closeOnAbort(signal: AbortSignal, source: ByteSource, over: (error: unknown) => void): ByteSource {
  let closing: Promise<void> | undefined;
  const close = (reason?: Error) => {
    signal.removeEventListener('abort', abort);
    return (closing ??= source.close(reason).then(() => over(undefined), over));
  };
  const abort = () => void close(reasonOf(signal));
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  return { read: source.read, close };
}

/** Returns a fault: the reason of a disconnected client or a timeout is not one. */
function reasonOf({ reason }: AbortSignal) {
  return fault('TRANSFER_INTERRUPTED', {}, reason);
}
