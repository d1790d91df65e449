import { useEffect, useState } from 'react';
import { FileProblem, listFolder, listHome } from './machine-files.ts';
import type { Folder, MachineRef } from './machine-files.ts';

/** The folder that a file panel shows. */
interface FolderHandle {
  /** Undefined until the first one is listed. */
  folder: Folder | undefined;
  listing: boolean;
  /** Why the folder requested last cannot be shown. */
  problem: string | undefined;
  open(path: string): void;
  refresh(): void;
}

/** A requested folder; without a path, the home folder. */
interface RequestedFolder {
  path?: string | undefined;
}

/** Browses the folders of a machine, starting in the home folder of its user. */
export function useFolder({ session, machine }: MachineRef): FolderHandle {
  const [requested, setRequested] = useState<RequestedFolder>({});
  const [folder, setFolder] = useState<Folder>();
  const [answer, setAnswer] = useState<{ to: RequestedFolder; problem?: string | undefined }>();

  useEffect(() => {
    const leaving = new AbortController();
    const at = { session, machine };
    const { path } = requested;
    void answerOf(
      path === undefined ? listHome(at, leaving.signal) : listFolder(at, path, leaving.signal),
      leaving.signal,
    ).then((found) => {
      if (!found) return undefined;
      if (found.folder) setFolder(found.folder);
      return setAnswer({ to: requested, problem: found.problem });
    });
    return () => leaving.abort();
  }, [session, machine, requested]);

  return {
    folder,
    listing: answer?.to !== requested,
    problem: answer?.problem,
    open: (path) => setRequested({ path }),
    // The folder requested last, which may not be the one still shown.
    refresh: () => setRequested((last) => ({ path: last.path ?? folder?.path })),
  };
}

/** Returns the folder or the problem; undefined if the listing was aborted. */
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
