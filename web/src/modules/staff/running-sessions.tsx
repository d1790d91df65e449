import { ListTable } from './list-table.tsx';
import { SessionRow } from './session-row.tsx';
import { useStaffActions } from './staff-actions.ts';
import { usePaging } from './use-filter.ts';
import type { FilterHandle } from './use-filter.ts';
import { useList } from './use-list.ts';
import { RunningSessionsQuery } from './watched.ts';
import { useLanguage, useTexts } from '../language/language.ts';
import { staffTexts } from './texts.ts';

/** The sessions that run now, newest first. */
export function RunningSessions({ filter: { lab, learner }, change }: FilterHandle) {
  const texts = useTexts(staffTexts);
  const language = useLanguage();
  const paging = usePaging();
  const list = useList(RunningSessionsQuery, { lab, learner, after: paging.after, language });
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
          onGone={list.lookAgain}
        />
      ))}
    </ListTable>
  );
}
