import { useState } from 'react';
import { useQuery } from 'urql';
import { useRetry } from '../api/retry.ts';
import { SessionTerminals } from '../terminal/terminal-api.ts';
import type { RunningTerminal } from '../terminal/terminal-api.ts';

/**
 * One's own terminals that are there already when a session's page opens, oldest first; undefined until that
 * is known. A session that was started just now has none.
 */
export function useRunningTerminals(
  session: string,
  { startedHere }: { startedHere: boolean },
): readonly RunningTerminal[] | undefined {
  const [found, setFound] = useState<readonly RunningTerminal[] | undefined>(startedHere ? [] : undefined);
  const [{ data, error }, readAgain] = useQuery({
    query: SessionTerminals,
    variables: { session },
    pause: found !== undefined,
    requestPolicy: 'network-only',
  });
  useRetry(error, readAgain);
  if (found) return found;
  // Terminals that cannot be had keep nobody from opening others.
  if (error && !error.networkError) setFound([]);
  else if (data) setFound(ownOf(data));
  return undefined;
}

function ownOf({
  viewer,
  session,
}: {
  viewer: { id: string } | null;
  session: { terminals: RunningTerminal[] };
}) {
  return session.terminals
    .filter(({ openedBy }) => openedBy?.id === viewer?.id)
    .toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
}
