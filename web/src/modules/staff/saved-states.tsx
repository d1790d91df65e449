import { SavedStatesDocument } from '../../generated/operations.ts';
import type { SavedWork } from '../../generated/operations.ts';
import { formatDay, formatSize } from '../language/format.ts';
import { LearnerCell } from './learner-cell.tsx';
import { ListTable, useList } from './list-table.tsx';
import { useStaffActions } from './staff-actions.ts';
import type { StaffActions } from './staff-actions.ts';
import { usePaging } from './use-filter.ts';
import type { FilterHandle } from './use-filter.ts';
import { useLanguage, useTexts } from '../language/language.ts';
import { staffTexts } from './texts.ts';

/** Lists the saved work, newest first. */
export function SavedStates({ filter: { lab, learner }, change }: FilterHandle) {
  const texts = useTexts(staffTexts);
  const language = useLanguage();
  const paging = usePaging();
  const list = useList(SavedStatesDocument, { lab, learner, after: paging.after, language });
  const actions = useStaffActions();
  return (
    <ListTable
      name={texts.savedWork}
      columns={texts.savedColumns}
      nothing={texts.nothingSaved}
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

function SavedRow(props: { state: SavedWork; actions: StaffActions; onPick: (learner: string) => void }) {
  const { state, actions, onPick } = props;
  const texts = useTexts(staffTexts);
  const { learner, lab, labSlug, session, isFork, bytes, createdAt, expiresAt } = state;
  return (
    <tr>
      <LearnerCell learner={learner} copy={isFork ? texts.forCopy : undefined} onPick={onPick} />
      <td>{lab?.title ?? labSlug}</td>
      <td>
        <time dateTime={createdAt}>{formatDay(createdAt, texts.locale)}</time>
        {session?.state !== 'SAVED' && <span className="faint"> · {texts.resumed}</span>}
      </td>
      <td className="number">{formatSize(bytes)}</td>
      <td>
        <time dateTime={expiresAt}>{formatDay(expiresAt, texts.locale)}</time>
      </td>
      <td className="actions">
        {session && !isFork && (
          <button
            type="button"
            className="quiet"
            title={texts.aboutForkSaved}
            aria-label={texts.forkSaved(learner.name)}
            disabled={session.state !== 'SAVED'}
            aria-disabled={actions.busyWith !== undefined}
            onClick={() => void actions.fork(session.id)}
          >
            {actions.busyWith === session.id ? texts.copying : texts.fork}
          </button>
        )}
      </td>
    </tr>
  );
}
