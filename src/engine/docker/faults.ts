import { Fault, fault } from '../../core/errors.ts';

/** Longest wait for one call. Creating and starting take seconds on a busy disk; past this the engine hangs. */
const CALL_TIMEOUT_MS = 60_000;

/** What the engine's client throws: an HTTP status, or the system's error code when there was no answer. */
interface EngineError {
  statusCode: number | undefined;
  code: string | undefined;
  words: string;
}

export interface CallOptions {
  /** Milliseconds; a minute when absent. */
  timeoutMs?: number;
  /** What a 404 means here; the container is gone when absent. */
  missing?: () => Fault;
}

/** Runs one call to the engine: bounded in time, its errors those of the catalogue. */
export async function call<T>(operation: () => Promise<T>, options: CallOptions = {}): Promise<T> {
  const timeoutMs = options.timeoutMs ?? CALL_TIMEOUT_MS;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const problem = `no answer within ${timeoutMs} ms`;
    timer = setTimeout(() => reject(fault('ENGINE_UNREACHABLE', {}, new Error(problem))), timeoutMs);
  });
  try {
    return await Promise.race([operation(), late]);
  } catch (error) {
    throw toFault(error, options.missing);
  } finally {
    clearTimeout(timer);
  }
}

/** The catalogue's error for what the engine's client threw; faults pass as they are. */
export function toFault(error: unknown, missing?: () => Fault): Fault {
  if (error instanceof Fault) return error;
  const { statusCode, code, words } = readEngineError(error);
  // Without an answer: a socket, name or certificate that failed has a code, a mistake of ours has none.
  if (statusCode === undefined && code !== undefined) return fault('ENGINE_UNREACHABLE', {}, error);
  if (/no space left on device/i.test(words)) {
    return fault('DISK_FULL', { where: 'the container engine' }, error);
  }
  if (statusCode === 404) {
    return /no such (container|exec)/i.test(words) || !missing
      ? fault('CONTAINER_NOT_FOUND', {}, error)
      : missing();
  }
  if (/is not running|is paused|is restarting|marked for removal/i.test(words)) {
    return fault('MACHINE_NOT_RUNNING', {}, error);
  }
  return statusCode === undefined
    ? fault('INTERNAL', {}, error)
    : fault('ENGINE_REFUSED', { problem: words }, error);
}

/** Whether the engine answered, if only to refuse. */
export function isRefusal(error: unknown): boolean {
  const cause = error instanceof Fault ? error.cause : error;
  return readEngineError(cause).statusCode !== undefined;
}

/** Whether the engine answered with one of these HTTP statuses. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  const cause = error instanceof Fault ? error.cause : error;
  const { statusCode } = readEngineError(cause);
  return statusCode !== undefined && statuses.includes(statusCode);
}

/** The engine's own words, without what its client puts around them. */
export function engineWords(error: unknown): string {
  return readEngineError(error instanceof Fault ? (error.cause ?? error) : error).words;
}

function readEngineError(error: unknown): EngineError {
  if (!(error instanceof Error)) return { statusCode: undefined, code: undefined, words: String(error) };
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  const ours = error instanceof TypeError || error instanceof RangeError;
  return {
    statusCode: typeof statusCode === 'number' ? statusCode : undefined,
    code: typeof code === 'string' && !ours ? code : undefined,
    words: error.message.replace(/^\(HTTP code \d+\) .*? - /, '').trim(),
  };
}
