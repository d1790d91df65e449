import type { ByteSource } from '../../core/byte-source.ts';
import type { ExecInput, ExecResult, ExecSpec } from '../../engine/engine-exec.ts';
import type { Engine } from '../../engine/engine.ts';
import { fault, isFault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import { ENVIRONMENT, EXIT } from './scripts.ts';

/** Longest run of a script that only looks or removes, in milliseconds; past it the machine is stuck. */
const LOOK_TIMEOUT_MS = 30_000;
/** What a script that only looks may print, in bytes. */
const OUTPUT_LIMIT_BYTES = 16 * 1024;

/** A script for a machine, and what it is about. */
export interface ScriptCall {
  script: string;
  /** $1, from the machine's root; also named where the script is refused. */
  path: string;
  /** $2 and on. */
  more?: string[];
  /** The machine's own user when absent. */
  user?: string | undefined;
  /** What its user may not do where it is denied. */
  verb: string;
}

/** Runs a script to its end. @throws what its exit code stands for, or COMMAND_FAILED */
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
    timeoutMs: LOOK_TIMEOUT_MS,
    outputLimitBytes: OUTPUT_LIMIT_BYTES,
    ...options,
  });
  return succeeded(result, call);
}

/** Starts a script that is fed; undefined where that cannot be. Its result is as that of {@link runScript}. */
export async function feedScript(
  engine: Pick<Engine, 'execInput'>,
  machineId: string,
  call: ScriptCall,
  limits: Pick<ExecSpec, 'timeoutMs' | 'signal'>,
): Promise<ExecInput | undefined> {
  const spec = { ...commandOf(call), outputLimitBytes: OUTPUT_LIMIT_BYTES, ...limits };
  const input = await engine.execInput(machineId, spec);
  return input && { ...input, result: input.result.then((result) => succeeded(result, call)) };
}

/** A script's result where it is a good one. @throws what its exit code stands for, or COMMAND_FAILED */
function succeeded(result: ExecResult, call: ScriptCall): ExecResult {
  if (result.outcome === 'output-limit' || result.exitCode === 0) return result;
  const problem =
    result.outcome === 'timed-out' ? 'it did not end in time' : result.stderr.toString().trim().slice(0, 500);
  throw explain(fault('COMMAND_FAILED', { exitCode: result.exitCode ?? -1, problem }), call);
}

/** Runs a script whose output is read as it comes. */
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

/** The fault that a script's exit code stands for; anything else as it is. */
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
