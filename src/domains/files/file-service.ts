import type { Readable } from 'node:stream';
import type { ByteSource } from '../../core/byte-source.ts';
import type { Engine } from '../../engine/engine.ts';
import { fault } from '../../core/errors.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Actor } from '../identity/actor.ts';
import type { Log } from '../../core/log.ts';
import type { RunningMachine, SessionService } from '../sessions/session.ts';
import { createDelivery } from './upload/delivery.ts';
import type { FilePlace, FileService } from './file.ts';
import type { PartWay } from './upload/parts.ts';
import { createLooks } from './looks.ts';
import { isOfKernel, machinePath } from './machine-path.ts';
import { readingAsLearner, readingAsStaff } from './reading.ts';
import { runScript } from './run-script.ts';
import { REMOVE_SCRIPT } from './scripts.ts';
import { breakOffWithSessions } from './session-end.ts';
import type { SessionStates } from './session-end.ts';
import { createTransfers } from './transfers.ts';
import type { TransferOf } from './transfers.ts';
import { createUploads } from './upload/uploads.ts';

export interface FileServiceOptions {
  sessions: SessionStates & Pick<SessionService, 'machine' | 'touch'>;
  events: Pick<EventBus, 'listen'>;
  engine: Pick<Engine, 'exec' | 'execOutput' | 'execInput' | 'copyIn'>;
  log: Log;
  /** Most bytes of one upload. */
  uploadLimitBytes: number;
  /** How long the parts of uploads are; as part-size.ts has it when absent. */
  partSize?: PartWay['partSize'];
}

/** The use cases, and `stop`, which ends transfers and resolves when nothing of them is left in machines. */
export function createFileService(options: FileServiceOptions): FileService & { stop(): Promise<void> } {
  const { sessions, engine, log, uploadLimitBytes } = options;
  const delivery = createDelivery({ ...options, limitBytes: uploadLimitBytes });
  const uploads = createUploads({ engine, delivery, limitBytes: uploadLimitBytes });
  const asLearner = readingAsLearner(engine);
  const asStaff = readingAsStaff(engine);
  const transfers = createTransfers();
  const looks = createLooks();
  const stopListening = breakOffWithSessions({ ...options, transfers });
  const underWay = new Set<Promise<unknown>>();

  /** Where the actor may enter: the machine, its path, for whom what is done counts, and with whose rights they read there. */
  async function enter(actor: Actor | undefined, place: FilePlace) {
    const machine = await sessions.machine(actor, place.sessionId, place.machine);
    const path = machinePath(place.path);
    sessions.touch(place.sessionId);
    const of = { sessionId: place.sessionId, learnerId: machine.learnerId };
    return { machine, path, of, reading: isLearner(actor, machine) ? asLearner : asStaff };
  }

  /** Counts as a transfer what `open` does and the source that it gives to `counted`, until that is closed. */
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
      if (error) log.warn({ err: error, sessionId }, 'What was read for a download goes on in its machine');
    };
    try {
      return await open((source) => endingWith(transfer.signal, source, over), transfer.signal);
    } catch (error) {
      transfer.end();
      throw error;
    }
  }

  /** Counts the upload as a transfer, and breaks it off with its stream. */
  async function upload<T>(
    of: TransferOf,
    client: AbortSignal,
    content: Readable,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { sessionId } = of;
    // Its reader gets the error; there may be no reader yet, or none any more.
    content.on('error', () => undefined);
    const transfer = await transfers.begin(of, client);
    const { signal } = transfer;
    const abort = () => void content.destroy(reasonOf(signal));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    const working = work(signal);
    underWay.add(working);
    try {
      return await working;
    } catch (error) {
      throw signal.aborted ? reasonOf(signal) : error;
    } finally {
      underWay.delete(working);
      signal.removeEventListener('abort', abort);
      transfer.end();
      sessions.touch(sessionId);
    }
  }

  return {
    async stat(actor, place) {
      const { machine, path, of, reading } = await enter(actor, place);
      return looks.run(of, () => reading.stat(machine.machineId, path));
    },

    async list(actor, place) {
      const { machine, path, of, reading } = await enter(actor, place);
      return looks.run(of, () => reading.list(machine.machineId, path));
    },

    async read(actor, place, client) {
      const { machine, path, of, reading } = await enter(actor, place);
      return download(of, client, async (counted, signal) => {
        const file = await reading.read(machine.machineId, path, signal);
        return { ...file, content: counted(file.content) };
      });
    },

    async readTar(actor, place, client) {
      const { machine, path, of, reading } = await enter(actor, place);
      if (isOfKernel(path)) throw fault('FILE_IS_SPECIAL', { path });
      return download(of, client, async (counted, signal) =>
        counted(await reading.readTar(machine.machineId, path, signal)),
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
      await looks.run(of, () => uploads.makeFolder(machine.machineId, path));
    },

    async remove(actor, place, { recursive }) {
      const { machine, path, of } = await enter(actor, place);
      if (path === '/') throw fault('INPUT_INVALID', { problem: 'The root of a machine cannot be removed.' });
      const call = { script: REMOVE_SCRIPT, path, more: [recursive ? 'recursive' : ''], verb: 'remove' };
      await looks.run(of, () => runScript(engine, machine.machineId, call));
    },

    async stop() {
      stopListening();
      transfers.stop();
      looks.stop();
      await Promise.allSettled(underWay);
      await delivery.settled();
    },
  };
}

/** Whose session it is works there with their own rights, whatever role they have elsewhere. */
function isLearner(actor: Actor | undefined, { learnerId }: RunningMachine): boolean {
  return actor?.userId === learnerId;
}

/** `source`, which is closed when `signal` aborts; `over` is told once it is, and of what failed then. */
function endingWith(signal: AbortSignal, source: ByteSource, over: (error: unknown) => void): ByteSource {
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

/** A fault, since the reason of a client that went, or of a time that is over, is none. */
function reasonOf({ reason }: AbortSignal) {
  return fault('TRANSFER_INTERRUPTED', {}, reason);
}
