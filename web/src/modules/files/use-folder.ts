import { useEffect, useState } from 'react';
import { FileProblem, listFolder, listHome } from './machine-files.ts';
import type { Folder, MachineOfFiles } from './machine-files.ts';

/** The folder of a machine that is looked at. */
export interface FolderHandle {
  /** Undefined until the first one is listed. */
  folder: Folder | undefined;
  listing: boolean;
  /** Why the one asked for last cannot be shown. */
  problem: string | undefined;
  open(path: string): void;
  listAgain(): void;
}

/** A folder that is asked for; the home folder where it has no path. */
interface Wanted {
  path?: string | undefined;
}

/** Begins in the home folder of the machine's user. */
export function useFolder({ session, machine }: MachineOfFiles): FolderHandle {
  const [wanted, setWanted] = useState<Wanted>({});
  const [folder, setFolder] = useState<Folder>();
  const [answer, setAnswer] = useState<{ to: Wanted; problem?: string | undefined }>();

  useEffect(() => {
    const left = new AbortController();
    const at = { session, machine };
    const { path } = wanted;
    void answerOf(
      path === undefined ? listHome(at, left.signal) : listFolder(at, path, left.signal),
      left.signal,
    ).then((found) => {
      if (!found) return undefined;
      if (found.folder) setFolder(found.folder);
      return setAnswer({ to: wanted, problem: found.problem });
    });
    return () => left.abort();
  }, [session, machine, wanted]);

  return {
    folder,
    listing: answer?.to !== wanted,
    problem: answer?.problem,
    open: (path) => setWanted({ path }),
    // Not the folder shown before, where another is on its way.
    listAgain: () => setWanted((before) => ({ path: before.path ?? folder?.path })),
  };
}

/** What came of a listing; undefined when nobody waits for it any more. */
async function answerOf(
  listing: Promise<Folder>,
  signal: AbortSignal,
): Promise<{ folder?: Folder; problem?: string } | undefined> {
  try {
    const folder = await listing;
    return signal.aborted ? undefined : { folder };
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof FileProblem)) throw error;
    return { problem: error.message };
  }
}
