import { Readable } from 'node:stream';
import { pack as createPack } from 'tar-stream';
import type { Engine } from '../../../../engine/engine.ts';
import { fault, isFault } from '../../../../core/errors.ts';
import type { Lab, LabMachine } from '../../../labs/lab.ts';
import { pathIn } from './home-path.ts';
import { createMachineLooks } from './machine-looks.ts';
import type { MachineUser, PathKind } from './machine-looks.ts';
import { foldersAbove, planPlacing } from './placing-plan.ts';
import type { PlacedFile, PlacingEntry } from './placing-plan.ts';

const ROOT: MachineUser = { uid: 0, gid: 0, home: '/root' };

export type Placing = ReturnType<typeof createPlacing>;

/** Lays the files of a lab down in machines that nobody has worked in yet. */
export function createPlacing({ engine }: { engine: Pick<Engine, 'exec' | 'copyIn'> }) {
  const looks = createMachineLooks({ engine });

  /** Users of the machine by name, each asked for once; undefined is its own. Root is root, also where nobody can ask as root. */
  function usersOf(machineId: string, signal: AbortSignal) {
    const known = new Map<string | undefined, Promise<MachineUser>>([['root', Promise.resolve(ROOT)]]);
    return (name: string | undefined): Promise<MachineUser> => {
      const asked = known.get(name) ?? looks.who(machineId, name, signal);
      known.set(name, asked);
      return asked;
    };
  }

  async function placesOf(
    { user, files }: LabMachine,
    machineId: string,
    signal: AbortSignal,
  ): Promise<PlacedFile[]> {
    const who = usersOf(machineId, signal);
    const placed: PlacedFile[] = [];
    for (const file of files) {
      const to = await pathIn(file.to, () => who(user));
      const owner = await who(file.owner).catch((error: unknown) => {
        if (!isFault(error, 'COMMAND_FAILED')) throw error;
        throw new Refused(`"${file.from}" cannot be given to "${file.owner}": ${error.details['problem']}`);
      });
      placed.push({ ...file, to, user: owner });
    }
    return placed;
  }

  /** What is there, as who does Berth's work sees it, or the files' owners where that one lacks the powers. */
  async function kindsOf(
    files: readonly PlacedFile[],
    { machineId, worker }: { machineId: string; worker: string },
    signal: AbortSignal,
  ): Promise<(path: string) => PathKind> {
    const paths = [...new Set(files.flatMap(({ to }) => [...foldersAbove(to), to]))];
    const kinds = new Map<string, PathKind>();
    for (const user of new Set([worker, ...files.map(({ owner }) => owner)])) {
      const unknown = paths.filter((path) => (kinds.get(path) ?? 'nothing') === 'nothing');
      const found = await looks.what(machineId, unknown, user, signal);
      for (const [index, path] of unknown.entries()) kinds.set(path, found[index] ?? 'nothing');
    }
    return (path) => kinds.get(path) ?? 'nothing';
  }

  return {
    /** Lays down the machine's files, all in one archive. @throws LAB_START_FAILED, DISK_FULL, what the engine throws */
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
        if (typeof plan === 'string') throw new Refused(plan);
        await engine.copyIn(machineId, '/', tarOf(plan, lab.files));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const problem = `a file for the machine "${machine.name}" could not be placed: ${error.message}`;
        throw fault('LAB_START_FAILED', { lab: lab.slug, machine: machine.name, problem }, error);
      }
    },
  };
}

/** Who looks where files are to go: root, but where nobody is root its own user, of whatever name. */
function placingWorker({ profile, user = '' }: LabMachine): string {
  return profile === 'nested' ? user : 'root';
}

/** A file that cannot be placed, and why. */
class Refused extends Error {}

/** All is in memory already: only the headers are added to it. */
function tarOf(entries: readonly PlacingEntry[], contents: Lab['files']): Readable {
  const tar = createPack();
  for (const { path, from, ...header } of entries) {
    const name = path.slice(1);
    const body = from === undefined ? undefined : contents.get(from);
    if (body) tar.entry({ ...header, name }, body);
    else if (from === undefined) tar.entry({ ...header, name, type: 'directory' });
    else throw new Error(`The lab's files lack "${from}", which its reader should have kept.`);
  }
  tar.finalize();
  return Readable.from(tar, { objectMode: false });
}
