import { sizeText } from '../files/size-text.ts';
import { dayText } from '../session/day-text.ts';
import { LearnerCell } from './learner-cell.tsx';
import { ListTable } from './list-table.tsx';
import { useStaffActions } from './staff-actions.ts';
import type { StaffActions } from './staff-actions.ts';
import { usePaging } from './use-filter.ts';
import type { FilterHandle } from './use-filter.ts';
import { useList } from './use-list.ts';
import { SavedStatesQuery } from './watched.ts';
import type { WatchedState } from './watched.ts';

/** The work that is put away, newest first. */
export function SavedStates({ filter: { lab, learner }, change }: FilterHandle) {
  const paging = usePaging();
  const list = useList(SavedStatesQuery, { lab, learner, after: paging.after });
  const actions = useStaffActions();
  return (
    <ListTable
      name="Saved work"
      columns={['Learner', 'Lab', 'Saved', 'Size', 'Kept until']}
      nothing="Nothing is saved."
      list={list}
      paging={paging}
      actions={actions}
    >
      {list.page?.edges.map(({ node }) => (
        <SavedRow
          key={node.id}
          state={node}
          actions={actions}
          onPick={(picked) => change({ learner: picked })}
        />
      ))}
    </ListTable>
  );
}

function SavedRow(props: { state: WatchedState; actions: StaffActions; onPick: (learner: string) => void }) {
  const { state, actions, onPick } = props;
  const { learner, lab, labSlug, session, isFork, bytes, createdAt, expiresAt } = state;
  return (
    <tr>
      <LearnerCell learner={learner} copy={isFork ? 'for a copy' : undefined} onPick={onPick} />
      <td>{lab?.title ?? labSlug}</td>
      <td>
        <time dateTime={createdAt}>{dayText(createdAt)}</time>
        {session?.state !== 'SAVED' && <span className="faint"> · goes on in a session</span>}
      </td>
      <td className="number">{sizeText(bytes)}</td>
      <td>
        <time dateTime={expiresAt}>{dayText(expiresAt)}</time>
      </td>
      <td className="deeds">
        {session && !isFork && (
          <button
            type="button"
            className="quiet"
            title="Look at a copy of it: the learner’s stays as it is"
            aria-label={`Fork the saved work of ${learner.name}`}
            disabled={session.state !== 'SAVED'}
            aria-disabled={actions.busyWith !== undefined}
            onClick={() => void actions.fork(session.id)}
          >
            {actions.busyWith === session.id ? 'Copying…' : 'Fork'}
          </button>
        )}
      </td>
    </tr>
  );
}
