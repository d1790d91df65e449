import { Readable } from 'node:stream';
import { pack as createPack } from 'tar-stream';
import type { Engine } from '../../../../engine/engine.ts';
import { fault, isFault } from '../../../../core/errors.ts';
import type { Lab, LabMachine } from '../../../labs/lab.ts';
import { createMachineProbe } from './machine-probe.ts';
import type { MachineUser, PathKind } from './machine-probe.ts';
import { foldersAbove, planPlacing, resolvePath } from './placing-plan.ts';
import type { PlacedFile, PlacingEntry } from './placing-plan.ts';

const ROOT: MachineUser = { uid: 0, gid: 0, home: '/root' };

export type Placing = ReturnType<typeof createPlacing>;

/** Places the files of a lab in new machines. */
export function createPlacing({ engine }: { engine: Pick<Engine, 'exec' | 'copyIn'> }) {
  const probe = createMachineProbe({ engine });

  /** Looks each user of the machine up once, by name; undefined is its default user. Root needs no lookup. */
  function usersOf(machineId: string, signal: AbortSignal) {
    const known = new Map<string | undefined, Promise<MachineUser>>([['root', Promise.resolve(ROOT)]]);
    return (name: string | undefined): Promise<MachineUser> => {
      const found = known.get(name) ?? probe.user(machineId, name, signal);
      known.set(name, found);
      return found;
    };
  }

  async function placesOf(
    { user, files }: LabMachine,
    machineId: string,
    signal: AbortSignal,
  ): Promise<PlacedFile[]> {
    const userOf = usersOf(machineId, signal);
    const placed: PlacedFile[] = [];
    for (const file of files) {
      const to = await resolvePath(file.to, () => userOf(user));
      const owner = await userOf(file.owner).catch((error: unknown) => {
        if (!isFault(error, 'COMMAND_FAILED')) throw error;
        throw new NotPlaceable(`"${file.owner}" cannot own "${file.from}": ${error.details['problem']}`);
      });
      placed.push({ ...file, to, user: owner });
    }
    return placed;
  }

  /** Returns what exists at the paths of the files, as `worker` sees it, or the owners of the files. */
  async function kindsOf(
    files: readonly PlacedFile[],
    { machineId, worker }: { machineId: string; worker: string },
    signal: AbortSignal,
  ): Promise<(path: string) => PathKind> {
    const paths = [...new Set(files.flatMap(({ to }) => [...foldersAbove(to), to]))];
    const kinds = new Map<string, PathKind>();
    for (const user of new Set([worker, ...files.map(({ owner }) => owner)])) {
      const unknown = paths.filter((path) => (kinds.get(path) ?? 'nothing') === 'nothing');
      const found = await probe.kinds(machineId, unknown, user, signal);
      for (const [index, path] of unknown.entries()) kinds.set(path, found[index] ?? 'nothing');
    }
    return (path) => kinds.get(path) ?? 'nothing';
  }

  return {
    /** Places the machine's files with one archive. @throws LAB_START_FAILED, DISK_FULL, what the engine throws */
    async place(
      lab: Pick<Lab, 'slug' | 'files'>,
      machine: LabMachine,
      machineId: string,
      signal: AbortSignal,
    ): Promise<void> {
      if (machine.files.length === 0) return;
      try {
        const files = await placesOf(machine, machineId, signal);
        const plan = planPlacing(
          files,
          await kindsOf(files, { machineId, worker: placingWorker(machine) }, signal),
        );
        if (typeof plan === 'string') throw new NotPlaceable(plan);
        await engine.copyIn(machineId, '/', tarOf(plan, lab.files));
      } catch (error) {
        if (!(error instanceof NotPlaceable)) throw error;
        const problem = `a file could not be placed in the machine "${machine.name}": ${error.message}`;
        throw fault('LAB_START_FAILED', { lab: lab.slug, machine: machine.name, problem }, error);
      }
    },
  };
}

/** Returns the user who inspects the paths: root, or the machine's user if nobody can be root there. */
function placingWorker({ profile, user = '' }: LabMachine): string {
  return profile === 'nested' ? user : 'root';
}

/** Thrown with the reason why a file cannot be placed. */
class NotPlaceable extends Error {}

/** Creates the archive in memory, where the contents already are. */
function tarOf(entries: readonly PlacingEntry[], contents: Lab['files']): Readable {
  const tar = createPack();
  for (const { path, from, ...header } of entries) {
    const name = path.slice(1);
    const body = from === undefined ? undefined : contents.get(from);
    if (body) tar.entry({ ...header, name }, body);
    else if (from === undefined) tar.entry({ ...header, name, type: 'directory' });
    else throw new Error(`The content of "${from}" is missing from the lab.`);
  }
  tar.finalize();
  return Readable.from(tar, { objectMode: false });
}
