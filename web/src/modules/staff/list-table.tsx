import type { ReactNode } from 'react';
import { Problem } from '../../components/problem.tsx';
import { errorText, queryErrorText } from '../api/error-text.ts';
import type { StaffActions } from './staff-actions.ts';
import type { useList } from './use-list.ts';
import type { Paging } from './use-filter.ts';
import { useTexts } from '../language/language.ts';
import { staffTexts } from './texts.ts';

/** A page of a list as a table, and the ways to the pages around it. */
export function ListTable<Item>(props: {
  name: string;
  columns: string[];
  /** What is said when there is nothing. */
  nothing: string;
  list: ReturnType<typeof useList<Item>>;
  paging: Paging;
  actions: StaffActions;
  /** A row for each item of the page. */
  children: ReactNode;
}) {
  const { name, columns, nothing, list, paging, actions, children } = props;
  const texts = useTexts(staffTexts);
  const { page, error } = list;
  const end = page?.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  return (
    <section aria-label={name} aria-busy={!page}>
      {error && <Problem>{queryErrorText(error)}</Problem>}
      {actions.error && <Problem>{errorText(actions.error)}</Problem>}
      {page?.edges.length === 0 && <p className="nothing">{nothing}</p>}
      {page && page.edges.length > 0 && (
        <div className="list">
          <table>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column} scope="col">
                    {column}
                  </th>
                ))}
                <th scope="col">
                  <span className="unseen">{texts.deeds}</span>
                </th>
              </tr>
            </thead>
            <tbody>{children}</tbody>
          </table>
        </div>
      )}
      {(paging.back ?? end) && (
        <nav className="pager" aria-label={texts.pagesOf(name)}>
          <button type="button" className="quiet" disabled={!paging.back} onClick={paging.back}>
            {texts.newer}
          </button>
          <span>{texts.page(paging.number)}</span>
          <button
            type="button"
            className="quiet"
            disabled={end === null}
            onClick={() => end !== null && paging.forth(end)}
          >
            {texts.older}
          </button>
        </nav>
      )}
    </section>
  );
}
