import type { Engine } from '../../../../engine/engine.ts';
import { fault } from '../../../../core/errors.ts';
import { lastLine, textOf } from '../../../../core/plain-text.ts';

/** Longest look into a machine, in milliseconds: past it the machine is stuck. */
const LOOK_TIMEOUT_MS = 30_000;
/** Most that a look may print, in bytes: two for each path, and a home. */
const LOOK_LIMIT_BYTES = 16 * 1024;
/** Paths that are asked for at once: what the kernel takes as a command's arguments has room for the longest. */
const PATHS_AT_ONCE = 500;

const WHO = `printf '%s\\n' "$(id -u)" "$(id -g)" "$HOME"`;

/** A letter for each path: a folder, something else, or nothing. */
const WHAT = `
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

/** What is at a path: a folder or a link to one, something else, or nothing. */
export type PathKind = 'folder' | 'other' | 'nothing';

const KINDS: Record<string, PathKind> = { d: 'folder', o: 'other', n: 'nothing' };

/**
 * Looks into a machine by its own programs, as files are placed and checked: where somebody has worked, what
 * they say can be that somebody's.
 */
export function createMachineLooks({ engine }: { engine: Pick<Engine, 'exec'> }) {
  async function ask(
    machineId: string,
    [script, ...parameters]: readonly [script: string, ...parameters: string[]],
    user: string | undefined,
    signal: AbortSignal,
  ): Promise<string[]> {
    const { outcome, exitCode, stdout, stderr } = await engine.exec(machineId, {
      command: ['/bin/sh', '-c', script, 'look', ...parameters],
      ...(user !== undefined && { user }),
      environment: { ENV: '' },
      workingDirectory: '/',
      timeoutMs: LOOK_TIMEOUT_MS,
      outputLimitBytes: LOOK_LIMIT_BYTES,
      signal,
    });
    if (outcome === 'exited' && exitCode === 0) return textOf(stdout).split('\n');
    const problem = lastLine(textOf(stderr), 200) ?? 'the machine did not answer';
    throw fault('COMMAND_FAILED', { exitCode: exitCode ?? -1, problem });
  }

  async function who(machineId: string, user: string | undefined, signal: AbortSignal): Promise<MachineUser> {
    const [uid, gid, home = ''] = await ask(machineId, [WHO], user, signal);
    return { uid: Number(uid), gid: Number(gid), home: home === '' ? '/' : home };
  }

  return {
    /** A user by name or number; the machine's own when undefined. @throws COMMAND_FAILED where there is none, what the engine throws */
    who,

    /** What is at these paths, as far as `user` may see it, in their order. @throws as `who` */
    async what(
      machineId: string,
      paths: readonly string[],
      user: string,
      signal: AbortSignal,
    ): Promise<PathKind[]> {
      const kinds: PathKind[] = [];
      for (let from = 0; from < paths.length; from += PATHS_AT_ONCE) {
        const some = paths.slice(from, from + PATHS_AT_ONCE);
        const letters = await ask(machineId, [WHAT, ...some], user, signal);
        kinds.push(...some.map((_, index) => KINDS[letters[index] ?? ''] ?? 'nothing'));
      }
      return kinds;
    },
  };
}
