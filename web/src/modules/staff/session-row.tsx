import { useEffect, useEffectEvent } from 'react';
import { useSubscription } from 'urql';
import { Link } from 'wouter';
import { AskingButton } from '../../components/asking-button.tsx';
import { minutesUntil, useNow } from '../../components/use-now.ts';
import { useViewer } from '../identity/viewer-context.ts';
import { LearnerCell } from './learner-cell.tsx';
import { pageOf } from './staff-actions.ts';
import type { StaffActions } from './staff-actions.ts';
import { StateBadge } from './state-badge.tsx';
import { WatchedSessionChanged } from './watched.ts';
import type { WatchedSession } from './watched.ts';

/** A learner's session, followed as it changes, and what staff can do with it. */
export function SessionRow(props: {
  given: WatchedSession;
  actions: StaffActions;
  onPick: (learner: string) => void;
  /** It does not belong into the list any more. */
  onGone: () => void;
}) {
  const { given, actions, onPick } = props;
  const session = useNewest(given);
  const gone = session.state === 'ENDED' || session.state === 'FAILED' || session.state === 'SAVED';
  const tell = useEffectEvent(props.onGone);
  useEffect(() => {
    if (gone) tell();
  }, [gone]);
  const now = useNow();
  const { learner, lab, labSlug, progress, createdAt, expiresAt } = session;
  return (
    <tr>
      <LearnerCell learner={learner} copy={copyText(session)} onPick={onPick} />
      <td>{lab?.title ?? labSlug}</td>
      <td>
        <StateBadge session={session} />
        {session.saveProblem && <p className="warning">Not saved: {session.saveProblem.message}</p>}
      </td>
      <td className="number">
        {progress && progress.total > 0 ? `${progress.passed} of ${progress.total}` : '–'}
      </td>
      <td className="number">
        <time dateTime={createdAt}>{timeText(createdAt)}</time>
      </td>
      <td className="number">{minutesUntil(expiresAt, now)} min</td>
      <td className="deeds">
        <Fork session={session} actions={actions} />
        <End session={session} actions={actions} />
      </td>
    </tr>
  );
}

/** One's own is gone on with; another's is copied. */
function Fork({ session, actions }: { session: WatchedSession; actions: StaffActions }) {
  const viewer = useViewer();
  const { id, learner, state } = session;
  if (learner.id === viewer.id) return <Link href={pageOf(session)}>Open</Link>;
  return (
    <button
      type="button"
      className="quiet"
      title="Look at a copy of it: the learner goes on undisturbed"
      aria-label={`Fork the session of ${learner.name}`}
      disabled={state !== 'READY'}
      aria-disabled={actions.busyWith !== undefined}
      onClick={() => void actions.fork(id)}
    >
      {actions.busyWith === id ? 'Copying…' : 'Fork'}
    </button>
  );
}

function End({ session, actions }: { session: WatchedSession; actions: StaffActions }) {
  const { id, learner, state, savedState, isFork } = session;
  return (
    <AskingButton
      label="End"
      name={`End the session of ${learner.name}`}
      disabled={state === 'STOPPING'}
      busy={actions.busyWith !== undefined}
      title={`End the session of ${learner.name}?`}
      yes="End it"
      no="Leave it"
      onYes={() => void actions.end(id)}
    >
      {isFork ? (
        <p>This copy goes, with what was done in it. The session that it is a copy of stays as it is.</p>
      ) : (
        <>
          <p>
            Everything that was made in it goes{savedState && ', and so does the saved work'}. This can not be
            undone.
          </p>
          <p>The steps that are passed stay passed.</p>
        </>
      )}
    </AskingButton>
  );
}

function useNewest(given: WatchedSession): WatchedSession {
  const [{ data }] = useSubscription({ query: WatchedSessionChanged, variables: { id: given.id } });
  const heard = data?.sessionChanged;
  return heard && heard.generation >= given.generation ? heard : given;
}

function copyText({ isFork, forkOf }: WatchedSession): string | undefined {
  if (!isFork) return undefined;
  return forkOf ? `copy of ${forkOf.learner.name}’s` : 'copy';
}

function timeText(moment: string): string {
  return new Date(moment).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
