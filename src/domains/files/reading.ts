import type { ByteSource } from '../../core/byte-source.ts';
import type { Engine } from '../../engine/engine.ts';
import { fault, isFault } from '../../core/errors.ts';
import type { FileStat, FolderListing, OpenFile } from './file.ts';
import { begun, takeFirstLine } from './first-line.ts';
import { LIST_OUTPUT_BYTES, parseListing } from './listing.ts';
import { explain, runScript, streamScript } from './run-script.ts';
import type { ScriptCall } from './run-script.ts';
import { LIST_SCRIPT, READ_SCRIPT, STAT_SCRIPT, TAR_SCRIPT } from './scripts.ts';
import { ofSize } from './sized.ts';
import { parseStatLine, STAT_LINE_BYTES } from './stat-line.ts';

/** Root of a machine, by number: its list of users can call it anything. */
const ROOT = '0';

/** Ways to read in a machine with somebody's rights. */
export interface Reading {
  stat(machineId: string, path: string): Promise<FileStat>;
  list(machineId: string, path: string): Promise<FolderListing>;
  /** @throws TRANSFER_INTERRUPTED when `signal` aborts before it begins; afterwards the signal does nothing */
  read(machineId: string, path: string, signal: AbortSignal): Promise<OpenFile>;
  /** As {@link Reading.read}. */
  readTar(machineId: string, path: string, signal: AbortSignal): Promise<ByteSource>;
}

type ReadingEngine = Pick<Engine, 'exec' | 'execOutput'>;

/**
 * Reads as the machine's own user, by programs of the machine: what that user may not read is not
 * read. The engine's own archives would hold up everything else that is to be done with the machine
 * for as long as somebody reads them.
 */
export function readingAsLearner(engine: ReadingEngine): Reading {
  return readingAs(engine, undefined);
}

/**
 * Reads as the machine's user, and where they may not as root: in a machine without capabilities
 * root may not look into its learner's folders, nor they into root's. Beside an engine nobody is root.
 */
export function readingAsStaff(engine: ReadingEngine): Reading {
  const asLearner = readingAs(engine, undefined);
  const asRoot = readingAs(engine, ROOT);
  const either =
    <At extends unknown[], T>(read: (reading: Reading, ...at: At) => Promise<T>) =>
    async (...at: At): Promise<T> => {
      try {
        return await read(asLearner, ...at);
      } catch (error) {
        if (!isFault(error, 'FILE_DENIED', 'FILE_NOT_FOUND')) throw error;
        return read(asRoot, ...at).catch((refusal: unknown) => {
          throw isFault(refusal, 'ROOT_REFUSED') ? error : refusal;
        });
      }
    };
  return {
    stat: either((reading, ...at: Parameters<Reading['stat']>) => reading.stat(...at)),
    list: either((reading, ...at: Parameters<Reading['list']>) => reading.list(...at)),
    read: either((reading, ...at: Parameters<Reading['read']>) => reading.read(...at)),
    readTar: either((reading, ...at: Parameters<Reading['readTar']>) => reading.readTar(...at)),
  };
}

function readingAs(engine: ReadingEngine, user: string | undefined): Reading {
  return {
    async stat(machineId, path) {
      const call = { script: STAT_SCRIPT, path, user, verb: 'look at' };
      const { stdout } = await runScript(engine, machineId, call);
      return parseStatLine(stdout.toString());
    },

    async list(machineId, path) {
      const call = { script: LIST_SCRIPT, path, user, verb: 'look into' };
      const limits = { outputLimitBytes: LIST_OUTPUT_BYTES };
      const { stdout, outcome } = await runScript(engine, machineId, call, limits);
      return parseListing(path, stdout, { cut: outcome === 'output-limit' });
    },

    async read(machineId, path, signal) {
      const call = { script: READ_SCRIPT, path, user, verb: 'read' };
      const output = await streamScript(engine, machineId, call);
      return beginning(output, { call, signal }, async () => {
        const { line, rest } = await takeFirstLine(output, STAT_LINE_BYTES);
        const stat = parseStatLine(line);
        // The kernel's own files say 0 and have something in them.
        if (stat.size === 0) return { stat, size: undefined, content: rest };
        return { stat, size: stat.size, content: ofSize(rest, stat.size) };
      });
    },

    async readTar(machineId, path, signal) {
      const call = { script: TAR_SCRIPT, path, user, verb: 'read' };
      const tar = await streamScript(engine, machineId, call);
      return beginning(tar, { call, signal }, () => begun(tar));
    },
  };
}

/** What `begin` makes of a script's output, which is closed where that fails, or is not done when `signal` aborts. */
async function beginning<T>(
  output: ByteSource,
  { call, signal }: { call: ScriptCall; signal: AbortSignal },
  begin: () => Promise<T>,
): Promise<T> {
  const abort = () =>
    void output.close(fault('TRANSFER_INTERRUPTED', {}, signal.reason)).catch(() => undefined);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await begin();
  } catch (error) {
    await output.close();
    throw explain(error, call);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
