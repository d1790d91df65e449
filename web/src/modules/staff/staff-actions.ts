import { useState } from 'react';
import type { CombinedError } from 'urql';
import { useClient } from 'urql';
import { useLocation } from 'wouter';
import { EndWatchedSessionDocument, ForkSessionDocument } from '../../generated/operations.ts';

/** The actions of staff on the sessions of a list. */
export interface StaffActions {
  /** Id of the session whose action is pending. Other actions are ignored until it ends. */
  busyWith: string | undefined;
  /** Why the last action failed. */
  error: CombinedError | undefined;
  /** Forks the session and opens the copy. */
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
      const result = await once(id, () => client.mutation(ForkSessionDocument, { id }));
      const copy = result?.data?.forkSession.session;
      if (copy) go(sessionPage(copy));
    },
    async end(id) {
      await once(id, () => client.mutation(EndWatchedSessionDocument, { id }));
    },
  };
}

/** Returns the address of the lab page that shows this session of the viewer. */
export function sessionPage({ id, labSlug }: { id: string; labSlug: string }): string {
  return `/labs/${labSlug}?${new URLSearchParams({ session: id }).toString()}`;
}
