import { useEffect } from 'react';
import type { CombinedError, TypedDocumentNode } from 'urql';
import { useQuery } from 'urql';
import type { Page, Wanted } from './watched.ts';

/** Pause between two looks for what is new in a list, in milliseconds: nothing tells of sessions that begin. */
const LOOK_MS = 4_000;

/** A page of a list, kept up to date while it is looked at. */
export function useList<Item>(
  query: TypedDocumentNode<{ list: Page<Item> }, Wanted>,
  wanted: Wanted,
): {
  /** Undefined until it is known. */
  page: Page<Item> | undefined;
  error: CombinedError | undefined;
  lookAgain: () => void;
} {
  const [{ data, error }, read] = useQuery({
    query,
    variables: wanted,
    requestPolicy: 'cache-and-network',
  });
  useEffect(() => {
    const timer = setInterval(() => read({ requestPolicy: 'network-only' }), LOOK_MS);
    return () => clearInterval(timer);
  }, [read]);
  return { page: data?.list, error, lookAgain: () => read({ requestPolicy: 'network-only' }) };
}
