import type { WatchedSession } from './watched.ts';

const WORDS: Record<WatchedSession['state'], string> = {
  REQUESTED: 'Waiting',
  QUEUED: 'Waiting',
  PROVISIONING: 'Starting',
  READY: 'Running',
  SAVING: 'Saving',
  SAVED: 'Saved',
  STOPPING: 'Ending',
  ENDED: 'Ended',
  FAILED: 'Failed',
  UNREACHABLE: 'Unreachable',
};

/** Where a session is in its life, and how far. */
export function StateBadge({ session }: { session: WatchedSession }) {
  const { state, queue, provisioning, saving } = session;
  const percent = (saving ?? provisioning)?.percent ?? undefined;
  return (
    <span className="badge" data-state={state.toLowerCase()}>
      {WORDS[state]}
      {queue && ` · place ${queue.place}`}
      {percent !== undefined && ` · ${percent} %`}
    </span>
  );
}
