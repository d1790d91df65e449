import { useState } from 'react';
import { useSearchParams } from 'wouter';

/** The filter of the lists. It is part of the page's address, so that staff can bookmark and share it. */
export interface Filter {
  show: 'running' | 'saved';
  lab: string | null;
  /** Id of the learner. */
  learner: string | null;
}

export interface FilterHandle {
  filter: Filter;
  change(change: Partial<Filter>): void;
}

export function useFilter(): FilterHandle {
  const [search, setSearch] = useSearchParams();
  return {
    filter: {
      show: search.get('show') === 'saved' ? 'saved' : 'running',
      lab: search.get('lab'),
      learner: search.get('learner'),
    },
    change: (change) =>
      setSearch((before) => {
        const after = new URLSearchParams(before);
        for (const [name, value] of Object.entries(change)) {
          if (value) after.set(name, value);
          else after.delete(name);
        }
        return after;
      }),
  };
}

/** The position in a paginated list. */
export interface Paging {
  /** The cursor after which the page starts; null for the first page. */
  after: string | null;
  number: number;
  /** Shows the previous page; undefined on the first page. */
  back: (() => void) | undefined;
  next(after: string): void;
}

export function usePaging(): Paging {
  const [cursors, setCursors] = useState<string[]>([]);
  return {
    after: cursors.at(-1) ?? null,
    number: cursors.length + 1,
    back: cursors.length > 0 ? () => setCursors(cursors.slice(0, -1)) : undefined,
    next: (after) => setCursors([...cursors, after]),
  };
}
