import { useEffect, useEffectEvent } from 'react';
import { useSubscription } from 'urql';
import { Link } from 'wouter';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { minutesUntil, useNow } from '../../components/hooks.ts';
import { translateReason } from '../api/service-message.ts';
import { useViewer } from '../identity/viewer-context.ts';
import { LearnerCell } from './learner-cell.tsx';
import { pageOf } from './staff-actions.ts';
import type { StaffActions } from './staff-actions.ts';
import { StateBadge } from './state-badge.tsx';
import { WatchedSessionChanged } from './watched.ts';
import type { WatchedSession } from './watched.ts';
import { useLanguage, useTexts } from '../language/language.ts';
import { staffTexts } from './texts.ts';
import type { StaffWords } from './texts.ts';

/** A learner's session, followed as it changes, and what staff can do with it. */
export function SessionRow(props: {
  given: WatchedSession;
  actions: StaffActions;
  onPick: (learner: string) => void;
  /** It does not belong into the list any more. */
  onGone: () => void;
}) {
  const texts = useTexts(staffTexts);
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
      <LearnerCell learner={learner} copy={copyText(texts, session)} onPick={onPick} />
      <td>{lab?.title ?? labSlug}</td>
      <td>
        <StateBadge session={session} />
        {session.saveProblem && (
          <p className="warning">{texts.notSaved(translateReason(session.saveProblem))}</p>
        )}
      </td>
      <td className="number">
        {progress && progress.total > 0 ? texts.passed(progress.passed, progress.total) : '–'}
      </td>
      <td className="number">
        <time dateTime={createdAt}>{timeText(createdAt, texts.locale)}</time>
      </td>
      <td className="number">{texts.minutes(minutesUntil(expiresAt, now))}</td>
      <td className="deeds">
        <Watch session={session} />
        <Fork session={session} actions={actions} />
        <End session={session} actions={actions} />
      </td>
    </tr>
  );
}

/** Another's is looked at as it goes on. */
function Watch({ session }: { session: WatchedSession }) {
  const texts = useTexts(staffTexts);
  const viewer = useViewer();
  const { id, learner, state } = session;
  if (learner.id === viewer.id || state !== 'READY') return null;
  return (
    <Link href={`/staff/sessions/${encodeURIComponent(id)}`} aria-label={texts.watchSession(learner.name)}>
      {texts.watch}
    </Link>
  );
}

/** One's own is gone on with; another's is copied. */
function Fork({ session, actions }: { session: WatchedSession; actions: StaffActions }) {
  const texts = useTexts(staffTexts);
  const viewer = useViewer();
  const { id, learner, state } = session;
  if (learner.id === viewer.id) return <Link href={pageOf(session)}>{texts.open}</Link>;
  return (
    <button
      type="button"
      className="quiet"
      title={texts.aboutForkSession}
      aria-label={texts.forkSession(learner.name)}
      disabled={state !== 'READY'}
      aria-disabled={actions.busyWith !== undefined}
      onClick={() => void actions.fork(id)}
    >
      {actions.busyWith === id ? texts.copying : texts.fork}
    </button>
  );
}

function End({ session, actions }: { session: WatchedSession; actions: StaffActions }) {
  const texts = useTexts(staffTexts);
  const { id, learner, state, savedState, isFork } = session;
  return (
    <ConfirmButton
      label={texts.end}
      name={texts.endSession(learner.name)}
      disabled={state === 'STOPPING'}
      busy={actions.busyWith !== undefined}
      title={texts.askEnd(learner.name)}
      yes={texts.endIt}
      no={texts.leaveIt}
      onYes={() => void actions.end(id)}
    >
      <p>{isFork ? texts.endsCopy : texts.endsOwn(savedState !== null)}</p>
      {!isFork && <p>{texts.staysPassed}</p>}
    </ConfirmButton>
  );
}

function useNewest(given: WatchedSession): WatchedSession {
  const [{ data }] = useSubscription({
    query: WatchedSessionChanged,
    variables: { id: given.id, language: useLanguage() },
  });
  const heard = data?.sessionChanged;
  return heard && heard.generation >= given.generation ? heard : given;
}

function copyText(texts: StaffWords, { isFork, forkOf }: WatchedSession): string | undefined {
  if (!isFork) return undefined;
  return texts.copyOf(forkOf?.learner.name);
}

function timeText(moment: string, locale: string): string {
  return new Date(moment).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
}
