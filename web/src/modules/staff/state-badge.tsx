import type { WatchedSession } from './watched.ts';
import { useTexts } from '../language/language.ts';
import { staffTexts } from './texts.ts';

/** Where a session is in its life, and how far. */
export function StateBadge({ session }: { session: WatchedSession }) {
  const { state, queue, provisioning, saving } = session;
  const texts = useTexts(staffTexts);
  const percent = (saving ?? provisioning)?.percent ?? undefined;
  return (
    <span className="badge" data-state={state.toLowerCase()}>
      {texts.states[state]}
      {queue && ` · ${texts.place(queue.place)}`}
      {percent !== undefined && ` · ${percent} %`}
    </span>
  );
}
