import { useEffect, useEffectEvent } from 'react';
import { useSubscription } from 'urql';
import { Link } from 'wouter';
import { RunningSessionsDocument, WatchedSessionChangedDocument } from '../../generated/operations.ts';
import type { WatchedSession } from '../../generated/operations.ts';
import { ConfirmButton } from '../../components/confirm-button.tsx';
import { minutesUntil, useNow } from '../../components/hooks.ts';
import { translateReason } from '../api/service-message.ts';
import { useViewer } from '../identity/viewer.tsx';
import { useLanguage, useTexts } from '../language/language.ts';
import { LearnerCell } from './learner-cell.tsx';
import { ListTable, useList } from './list-table.tsx';
import { sessionPage, useStaffActions } from './staff-actions.ts';
import type { StaffActions } from './staff-actions.ts';
import { staffTexts } from './texts.ts';
import type { StaffWords } from './texts.ts';
import { usePaging } from './use-filter.ts';
import type { FilterHandle } from './use-filter.ts';

/** Lists the running sessions, newest first. */
export function RunningSessions({ filter: { lab, learner }, change }: FilterHandle) {
  const texts = useTexts(staffTexts);
  const language = useLanguage();
  const paging = usePaging();
  const list = useList(RunningSessionsDocument, { lab, learner, after: paging.after, language });
  const actions = useStaffActions();
  return (
    <ListTable
      name={texts.runningSessions}
      columns={texts.runningColumns}
      nothing={texts.nobody}
      list={list}
      paging={paging}
      actions={actions}
    >
      {list.page?.edges.map(({ node }) => (
        <SessionRow
          key={node.id}
          given={node}
          actions={actions}
          onPick={(picked) => change({ learner: picked })}
          onGone={list.refetch}
        />
      ))}
    </ListTable>
  );
}

/** Shows a learner's session, kept up to date, with the actions of staff. */
export function SessionRow(props: {
  given: WatchedSession;
  actions: StaffActions;
  onPick: (learner: string) => void;
  /** Called when the session no longer belongs to the list. */
  onGone: () => void;
}) {
  const texts = useTexts(staffTexts);
  const { given, actions, onPick } = props;
  const session = useNewest(given);
  const gone = session.state === 'ENDED' || session.state === 'FAILED' || session.state === 'SAVED';
  const onGone = useEffectEvent(props.onGone);
  useEffect(() => {
    if (gone) onGone();
  }, [gone]);
  const now = useNow();
  const { learner, lab, labSlug, progress, createdAt, expiresAt } = session;
  return (
    <tr>
      <LearnerCell learner={learner} copy={copyLabel(texts, session)} onPick={onPick} />
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
        <time dateTime={createdAt}>{formatTime(createdAt, texts.locale)}</time>
      </td>
      <td className="number">{texts.minutes(minutesUntil(expiresAt, now))}</td>
      <td className="actions">
        <Watch session={session} />
        <Fork session={session} actions={actions} />
        <End session={session} actions={actions} />
      </td>
    </tr>
  );
}

/** Links to the live terminals of another user's ready session. */
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

/** Opens the viewer's own session, or forks another user's. */
function Fork({ session, actions }: { session: WatchedSession; actions: StaffActions }) {
  const texts = useTexts(staffTexts);
  const viewer = useViewer();
  const { id, learner, state } = session;
  if (learner.id === viewer.id) return <Link href={sessionPage(session)}>{texts.open}</Link>;
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
      yes={texts.confirmEnd}
      no={texts.cancel}
      onYes={() => void actions.end(id)}
    >
      <p>{isFork ? texts.endsCopy : texts.endsOwn(savedState !== null)}</p>
      {!isFork && <p>{texts.staysPassed}</p>}
    </ConfirmButton>
  );
}

function useNewest(given: WatchedSession): WatchedSession {
  const [{ data }] = useSubscription({
    query: WatchedSessionChangedDocument,
    variables: { id: given.id, language: useLanguage() },
  });
  const changed = data?.sessionChanged;
  return changed && changed.generation >= given.generation ? changed : given;
}

function copyLabel(texts: StaffWords, { isFork, forkOf }: WatchedSession): string | undefined {
  if (!isFork) return undefined;
  return texts.copyOf(forkOf?.learner.name);
}

function formatTime(moment: string, locale: string): string {
  return new Date(moment).toLocaleTimeString(locale, { hour: '2-digit', minute: '2-digit' });
}

/** Shows a session's state, and its position in the queue or its progress. */
function StateBadge({ session }: { session: WatchedSession }) {
  const { state, queue, provisioning, saving } = session;
  const texts = useTexts(staffTexts);
  const percent = (saving ?? provisioning)?.percent ?? undefined;
  return (
    <span className="badge" data-state={state.toLowerCase()}>
      {texts.states[state]}
      {queue && ` · ${texts.position(queue.position)}`}
      {percent !== undefined && ` · ${percent} %`}
    </span>
  );
}
