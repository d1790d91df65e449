import type { ByteSource } from '../../core/byte-source.ts';
import type { ExecInput, ExecResult, ExecSpec } from '../../engine/engine-exec.ts';
import type { Engine } from '../../engine/engine.ts';
import { fault, isFault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import { ENVIRONMENT, EXIT } from './scripts.ts';

/** Time limit of scripts that only read or remove, in milliseconds; if one takes longer, the machine is stuck. */
const TIMEOUT_MS = 30_000;
/** Output limit of scripts, in bytes. */
const OUTPUT_LIMIT_BYTES = 16 * 1024;

/** A script to run in a machine. */
export interface ScriptCall {
  script: string;
  /** $1: an absolute path in the machine, also shown in errors. */
  path: string;
  /** $2 and the following arguments. */
  more?: string[];
  /** By default the machine's own user. */
  user?: string | undefined;
  /** The action for the error message if access is denied. */
  verb: string;
}

/**
 * Runs a script until it ends.
 * @throws the fault of its exit code, or COMMAND_FAILED
 */
export async function runScript(
  engine: Pick<Engine, 'exec'>,
  machineId: string,
  call: ScriptCall,
  options: Partial<
    Pick<ExecSpec, 'timeoutMs' | 'outputLimitBytes' | 'signal' | 'inputStream' | 'onOutput'>
  > = {},
): Promise<ExecResult> {
  const result = await engine.exec(machineId, {
    ...commandOf(call),
    timeoutMs: TIMEOUT_MS,
    outputLimitBytes: OUTPUT_LIMIT_BYTES,
    ...options,
  });
  return succeeded(result, call);
}

/**
 * Starts a script with streamed input; undefined if the engine cannot do that. The result is that of {@link runScript}.
 */
export async function startScriptWithInput(
  engine: Pick<Engine, 'execInput'>,
  machineId: string,
  call: ScriptCall,
  limits: Pick<ExecSpec, 'timeoutMs' | 'signal'>,
): Promise<ExecInput | undefined> {
  const spec = { ...commandOf(call), outputLimitBytes: OUTPUT_LIMIT_BYTES, ...limits };
  const input = await engine.execInput(machineId, spec);
  return input && { ...input, result: input.result.then((result) => succeeded(result, call)) };
}

/**
 * Returns the result of a script that succeeded.
 * @throws the fault of its exit code, or COMMAND_FAILED
 */
function succeeded(result: ExecResult, call: ScriptCall): ExecResult {
  if (result.outcome === 'output-limit' || result.exitCode === 0) return result;
  const problem =
    result.outcome === 'timed-out' ? 'it did not end in time' : result.stderr.toString().trim().slice(0, 500);
  throw explain(fault('COMMAND_FAILED', { exitCode: result.exitCode ?? -1, problem }), call);
}

/** Starts a script and streams its output. */
export async function streamScript(
  engine: Pick<Engine, 'execOutput'>,
  machineId: string,
  call: ScriptCall,
): Promise<ByteSource> {
  try {
    return await engine.execOutput(machineId, commandOf(call));
  } catch (error) {
    throw explain(error, call);
  }
}

function commandOf({ script, path, more = [], user }: ScriptCall) {
  return {
    command: ['/bin/sh', '-c', script, 'sh', path, ...more],
    environment: ENVIRONMENT,
    ...(user !== undefined && { user }),
  };
}

/** Returns the fault of a script's exit code, or another error unchanged. */
export function explain(error: unknown, { path, verb }: Pick<ScriptCall, 'path' | 'verb'>): unknown {
  if (!isFault(error, 'COMMAND_FAILED')) return error;
  return explainExit(Number(error.details['exitCode']), path, verb) ?? error;
}

function explainExit(exitCode: number, path: string, verb: string): Fault | undefined {
  switch (exitCode) {
    case EXIT.notFound:
      return fault('FILE_NOT_FOUND', { path });
    case EXIT.isFolder:
      return fault('FILE_IS_FOLDER', { path, hint: 'ask for it "as=tar", or for its "list".' });
    case EXIT.isNoFolder:
      return fault('FILE_IS_NO_FOLDER', { path });
    case EXIT.denied:
      return fault('FILE_DENIED', { path, verb });
    case EXIT.special:
      return fault('FILE_IS_SPECIAL', { path });
    case EXIT.notEmpty:
      return fault('FOLDER_NOT_EMPTY', { path });
    case EXIT.diskFull:
      return fault('DISK_FULL', { where: 'the machine' });
    case EXIT.broken:
      return fault('TRANSFER_INTERRUPTED');
    default:
      return undefined;
  }
}
