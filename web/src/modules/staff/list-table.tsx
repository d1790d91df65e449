import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';
import type { AnyVariables, CombinedError, TypedDocumentNode } from 'urql';
import type { PageEnd } from '../../generated/operations.ts';
import { Problem } from '../../components/problem.tsx';
import { errorText, queryErrorText } from '../api/error-text.ts';
import { useTexts } from '../language/language.ts';
import type { StaffActions } from './staff-actions.ts';
import { staffTexts } from './texts.ts';
import type { Paging } from './use-filter.ts';

/** Shows a page of a list as a table, with buttons for the pages before and after. */
export function ListTable(props: {
  name: string;
  columns: string[];
  /** The text for an empty list. */
  nothing: string;
  list: List<ListResult>;
  paging: Paging;
  actions: StaffActions;
  /** The rows. */
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
                  <span className="unseen">{texts.actions}</span>
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
            onClick={() => end !== null && paging.next(end)}
          >
            {texts.older}
          </button>
        </nav>
      )}
    </section>
  );
}

/** Poll interval of a list, in milliseconds. The API has no event for new sessions. */
const POLL_MS = 4_000;

/** The result of a query for one page of a list. */
interface ListResult {
  list: { edges: readonly unknown[]; pageInfo: PageEnd };
}

interface List<Result extends ListResult> {
  /** Undefined until the query is answered. */
  page: Result['list'] | undefined;
  error: CombinedError | undefined;
  refetch: () => void;
}

/** Queries a page of a list and keeps it up to date. */
export function useList<Result extends ListResult, Variables extends AnyVariables>(
  query: TypedDocumentNode<Result, Variables>,
  variables: Variables,
): List<Result> {
  const [{ data, error }, read] = useQuery<Result>({
    query,
    variables,
    requestPolicy: 'cache-and-network',
  });
  useEffect(() => {
    const timer = setInterval(() => read({ requestPolicy: 'network-only' }), POLL_MS);
    return () => clearInterval(timer);
  }, [read]);
  return { page: data?.list, error, refetch: () => read({ requestPolicy: 'network-only' }) };
}
