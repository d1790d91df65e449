import type { Engine } from '../../../../engine/engine.ts';
import { fault } from '../../../../core/errors.ts';
import { lastLine, textOf } from '../../../../core/plain-text.ts';

/** Longest time for one probe of a machine, in milliseconds: beyond it the machine is stuck. */
const PROBE_TIMEOUT_MS = 30_000;
/** Output limit of one probe, in bytes: two for each path, or a home. */
const PROBE_LIMIT_BYTES = 16 * 1024;
/** Paths in one probe: even the longest fit the kernel's limit of a command's arguments. */
const PATHS_AT_ONCE = 500;

const USER_SCRIPT = `printf '%s\\n' "$(id -u)" "$(id -g)" "$HOME"`;

/** Prints a letter for each path: a folder, something else, or nothing. */
const KINDS_SCRIPT = `
for path; do
  if [ -d "$path" ]; then echo d
  elif [ -e "$path" ] || [ -L "$path" ]; then echo o
  else echo n
  fi
done
`;

/** A user of a machine. */
export interface MachineUser {
  uid: number;
  gid: number;
  /** Absolute path. */
  home: string;
}

/** What exists at a path: a folder or a link to one, something else, or nothing. */
export type PathKind = 'folder' | 'other' | 'nothing';

const KINDS: Record<string, PathKind> = { d: 'folder', o: 'other', n: 'nothing' };

/**
 * Inspects a machine with the machine's own programs, to place and check files. A user of the machine may have replaced
 * those programs.
 */
export function createMachineProbe({ engine }: { engine: Pick<Engine, 'exec'> }) {
  async function run(
    machineId: string,
    [script, ...parameters]: readonly [script: string, ...parameters: string[]],
    user: string | undefined,
    signal: AbortSignal,
  ): Promise<string[]> {
    const { outcome, exitCode, stdout, stderr } = await engine.exec(machineId, {
      command: ['/bin/sh', '-c', script, 'probe', ...parameters],
      ...(user !== undefined && { user }),
      environment: { ENV: '' },
      workingDirectory: '/',
      timeoutMs: PROBE_TIMEOUT_MS,
      outputLimitBytes: PROBE_LIMIT_BYTES,
      signal,
    });
    if (outcome === 'exited' && exitCode === 0) return textOf(stdout).split('\n');
    const problem = lastLine(textOf(stderr), 200) ?? 'the machine did not answer';
    throw fault('COMMAND_FAILED', { exitCode: exitCode ?? -1, problem });
  }

  async function user(
    machineId: string,
    name: string | undefined,
    signal: AbortSignal,
  ): Promise<MachineUser> {
    const [uid, gid, home = ''] = await run(machineId, [USER_SCRIPT], name, signal);
    return { uid: Number(uid), gid: Number(gid), home: home === '' ? '/' : home };
  }

  return {
    /**
     * Returns a user by name or number; undefined is the machine's default user.
     * @throws COMMAND_FAILED if the user does not exist, what the engine throws
     */
    user,

    /** Returns what exists at these paths, in their order, as far as the user `as` may see it. @throws as `user` */
    async kinds(
      machineId: string,
      paths: readonly string[],
      as: string,
      signal: AbortSignal,
    ): Promise<PathKind[]> {
      const kinds: PathKind[] = [];
      for (let from = 0; from < paths.length; from += PATHS_AT_ONCE) {
        const some = paths.slice(from, from + PATHS_AT_ONCE);
        const letters = await run(machineId, [KINDS_SCRIPT, ...some], as, signal);
        kinds.push(...some.map((_, index) => KINDS[letters[index] ?? ''] ?? 'nothing'));
      }
      return kinds;
    },
  };
}
