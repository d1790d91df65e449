import type { Client, CombinedError } from 'urql';
import { onEnd, pipe, subscribe } from 'wonka';
import { SessionChanged } from './session.ts';
import type { LabSession } from './session.ts';

/** What was last heard of a session that is followed. */
export interface Heard {
  id: string;
  session?: LabSession | undefined;
  /** Why nothing more will be heard. */
  error?: CombinedError | undefined;
  deleted?: boolean;
}

/** Tells what becomes of a session, also across a restart of the service; returns what stops it. */
export function followSession(client: Client, id: string, hear: (heard: Heard) => void): () => void {
  let left = false;
  let last: Heard = { id };
  function tell(heard: Partial<Heard>) {
    last = { ...last, ...heard };
    hear(last);
  }
  const { unsubscribe } = pipe(
    client.subscription(SessionChanged, { id }),
    // The service completes it when the session is deleted.
    onEnd(() => !left && !last.error && tell({ deleted: true })),
    subscribe(({ data, error }) => tell({ session: data?.sessionChanged ?? last.session, error })),
  );
  return () => {
    left = true;
    unsubscribe();
  };
}
