import { Fault, fault } from '../../core/errors.ts';

/** Longest wait for one call. Creating and starting take seconds on a busy disk; a longer call hangs. */
const CALL_TIMEOUT_MS = 60_000;

/** An error of the engine's client: an HTTP status, or the system's error code if there was no answer. */
interface EngineError {
  statusCode: number | undefined;
  code: string | undefined;
  message: string;
}

export interface CallOptions {
  /** Timeout in milliseconds; a minute if undefined. */
  timeoutMs?: number;
  /** Converts a 404; a missing container if undefined. */
  missing?: () => Fault;
}

/** Runs one call to the engine with a timeout, and converts its errors to faults of the catalogue. */
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

/** Converts an error of the engine's client to a fault of the catalogue; returns a fault unchanged. */
export function toFault(error: unknown, missing?: () => Fault): Fault {
  if (error instanceof Fault) return error;
  const { statusCode, code, message } = readEngineError(error);
  // No answer: a socket, name or certificate error has a code, a programming error has none.
  if (statusCode === undefined && code !== undefined) return fault('ENGINE_UNREACHABLE', {}, error);
  if (/no space left on device/i.test(message)) {
    return fault('DISK_FULL', { where: 'the container engine' }, error);
  }
  if (statusCode === 404) {
    return /no such (container|exec)/i.test(message) || !missing
      ? fault('CONTAINER_NOT_FOUND', {}, error)
      : missing();
  }
  if (/is not running|is paused|is restarting|marked for removal/i.test(message)) {
    return fault('MACHINE_NOT_RUNNING', {}, error);
  }
  return statusCode === undefined
    ? fault('INTERNAL', {}, error)
    : fault('ENGINE_REFUSED', { problem: message }, error);
}

/** Returns whether the engine answered, even if it refused. */
export function isRefusal(error: unknown): boolean {
  const cause = error instanceof Fault ? error.cause : error;
  return readEngineError(cause).statusCode !== undefined;
}

/** Returns whether the engine answered with one of these HTTP statuses. */
export function hasStatus(error: unknown, ...statuses: number[]): boolean {
  const cause = error instanceof Fault ? error.cause : error;
  const { statusCode } = readEngineError(cause);
  return statusCode !== undefined && statuses.includes(statusCode);
}

/** Returns the engine's own message, without the text that its client adds. */
export function engineMessage(error: unknown): string {
  return readEngineError(error instanceof Fault ? (error.cause ?? error) : error).message;
}

function readEngineError(error: unknown): EngineError {
  if (!(error instanceof Error)) return { statusCode: undefined, code: undefined, message: String(error) };
  const { statusCode, code } = error as { statusCode?: unknown; code?: unknown };
  const ours = error instanceof TypeError || error instanceof RangeError;
  return {
    statusCode: typeof statusCode === 'number' ? statusCode : undefined,
    code: typeof code === 'string' && !ours ? code : undefined,
    message: error.message.replace(/^\(HTTP code \d+\) .*? - /, '').trim(),
  };
}

/**
 * Waits for all tasks even if one fails: a caller can only clean up what is complete. Then throws the first
 * error.
 */
export async function allOrFirstFault<T extends readonly unknown[]>(
  tasks: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(tasks);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return Promise.all(tasks);
}
