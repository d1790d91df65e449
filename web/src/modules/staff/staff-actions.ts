import { useState } from 'react';
import type { CombinedError } from 'urql';
import { useClient } from 'urql';
import { useLocation } from 'wouter';
import { EndWatchedSession, ForkSession } from './watched.ts';

/** What staff can do with a session in a list. */
export interface StaffActions {
  /** Id of the session with which something is being done; nothing more can be asked for until then. */
  busyWith: string | undefined;
  /** Why what was asked for last was not done. */
  error: CombinedError | undefined;
  /** Makes a copy of it, and goes there. */
  fork(id: string): Promise<void>;
  end(id: string): Promise<void>;
}

export function useStaffActions(): StaffActions {
  const client = useClient();
  const [, go] = useLocation();
  const [busyWith, setBusyWith] = useState<string>();
  const [error, setError] = useState<CombinedError>();

  async function once<Result extends { error?: CombinedError | undefined }>(
    id: string,
    act: () => PromiseLike<Result>,
  ): Promise<Result | undefined> {
    if (busyWith !== undefined) return undefined;
    setBusyWith(id);
    setError(undefined);
    const result = await act();
    setBusyWith(undefined);
    setError(result.error);
    return result;
  }

  return {
    busyWith,
    error,
    async fork(id) {
      const result = await once(id, () => client.mutation(ForkSession, { id }));
      const copy = result?.data?.forkSession.session;
      if (copy) go(pageOf(copy));
    },
    async end(id) {
      await once(id, () => client.mutation(EndWatchedSession, { id }));
    },
  };
}

/** Address of the lab's page with this session of one's own. */
export function pageOf({ id, labSlug }: { id: string; labSlug: string }): string {
  return `/labs/${labSlug}?${new URLSearchParams({ session: id }).toString()}`;
}
