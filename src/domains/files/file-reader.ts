import type { ByteSource } from '../../core/byte-source.ts';
import type { Engine } from '../../engine/engine.ts';
import { fault, isFault } from '../../core/errors.ts';
import type { FileStat, FolderListing, OpenFile } from './file.ts';
import {
  LIST_OUTPUT_BYTES,
  parseListing,
  parseStatLine,
  STAT_LINE_BYTES,
  LIST_SCRIPT,
  READ_SCRIPT,
  STAT_SCRIPT,
  TAR_SCRIPT,
} from './scripts.ts';
import { explain, runScript, streamScript } from './run-script.ts';
import type { ScriptCall } from './run-script.ts';

/** Root by number: the machine's user list can give it any name. */
const ROOT = '0';

/** Reads in a machine with the rights of one user. */
interface FileReader {
  stat(machineId: string, path: string): Promise<FileStat>;
  list(machineId: string, path: string): Promise<FolderListing>;
  /**
   * Opens a file. `signal` has no effect after this resolves.
   * @throws TRANSFER_INTERRUPTED if `signal` aborts before the first bytes
   */
  read(machineId: string, path: string, signal: AbortSignal): Promise<OpenFile>;
  /** Opens a file or folder as a tar archive. `signal` works as for {@link FileReader.read}. */
  readTar(machineId: string, path: string, signal: AbortSignal): Promise<ByteSource>;
}

type ReadingEngine = Pick<Engine, 'exec' | 'execOutput'>;

/**
 * Creates a reader with the rights of the machine's own user, which runs programs of the machine. The engine's archive
 * API would block other operations on the machine while a client reads.
 */
export function createLearnerReader(engine: ReadingEngine): FileReader {
  return createReader(engine, undefined);
}

/**
 * Creates a reader that tries the machine's user first, then root: without capabilities, root cannot read its learner's
 * folders, nor the learner root's. Next to a nested engine, root is refused.
 */
export function createStaffReader(engine: ReadingEngine): FileReader {
  const asLearner = createReader(engine, undefined);
  const asRoot = createReader(engine, ROOT);
  const either =
    <At extends unknown[], T>(read: (reading: FileReader, ...at: At) => Promise<T>) =>
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
    stat: either((reading, ...at: Parameters<FileReader['stat']>) => reading.stat(...at)),
    list: either((reading, ...at: Parameters<FileReader['list']>) => reading.list(...at)),
    read: either((reading, ...at: Parameters<FileReader['read']>) => reading.read(...at)),
    readTar: either((reading, ...at: Parameters<FileReader['readTar']>) => reading.readTar(...at)),
  };
}

function createReader(engine: ReadingEngine, user: string | undefined): FileReader {
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
      return startReading(output, { call, signal }, async () => {
        const { line, rest } = await takeFirstLine(output, STAT_LINE_BYTES);
        const stat = parseStatLine(line);
        // Kernel files report the size 0 but have content.
        if (stat.size === 0) return { stat, size: undefined, content: rest };
        return { stat, size: stat.size, content: exactSize(rest, stat.size) };
      });
    },

    async readTar(machineId, path, signal) {
      const call = { script: TAR_SCRIPT, path, user, verb: 'read' };
      const tar = await streamScript(engine, machineId, call);
      return startReading(tar, { call, signal }, () => withFirstBytes(tar));
    },
  };
}

/**
 * Returns the result of `begin`, which reads the first output of a script. Closes the output if that fails, or if
 * `signal` aborts first.
 */
async function startReading<T>(
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

const NEWLINE = 0x0a;
/** How much is read to wait for the first bytes, in bytes. */
const FIRST_BYTES = 512;

/**
 * Reads the first line, of at most `limitBytes`. Returns it and a source for the following bytes.
 * @throws TRANSFER_INTERRUPTED, any error of the source
 */
export async function takeFirstLine(
  source: ByteSource,
  limitBytes: number,
): Promise<{ line: string; rest: ByteSource }> {
  const memory = Buffer.alloc(limitBytes + 1);
  let filled = 0;
  let end = -1;
  while (end < 0) {
    const bytes = await source.read(memory.subarray(filled));
    filled += bytes;
    end = memory.subarray(0, filled).indexOf(NEWLINE);
    if (end < 0 && (bytes === 0 || filled > limitBytes)) throw fault('TRANSFER_INTERRUPTED');
  }
  const rest = precededBy(memory.subarray(end + 1, filled), source);
  return { line: memory.toString('utf8', 0, end), rest };
}

/**
 * Waits for the first bytes of a source, so that an early error rejects here. Returns a source with all bytes.
 * @throws any error of the source
 */
export async function withFirstBytes(source: ByteSource): Promise<ByteSource> {
  const memory = Buffer.alloc(FIRST_BYTES);
  return precededBy(memory.subarray(0, await source.read(memory)), source);
}

function precededBy(head: Buffer, source: ByteSource): ByteSource {
  let left = head;
  return {
    async read(memory) {
      if (left.length === 0) return source.read(memory);
      const bytes = left.copy(memory);
      left = left.subarray(bytes);
      return bytes;
    },
    close(reason) {
      left = Buffer.alloc(0);
      return source.close(reason);
    },
  };
}

/** Returns a source of exactly `size` bytes: it ignores further bytes, and fails if the source ends earlier. */
export function exactSize(source: ByteSource, size: number): ByteSource {
  let left = size;
  return {
    async read(memory) {
      if (left === 0) return 0;
      const bytes = await source.read(memory.subarray(0, left));
      if (bytes === 0) throw fault('TRANSFER_INTERRUPTED');
      left -= bytes;
      return bytes;
    },
    close: source.close,
  };
}
