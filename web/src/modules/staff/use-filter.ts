import { useState } from 'react';
import { useSearchParams } from 'wouter';

/** Whose sessions are looked at, and which: in the page's address, so that it can be kept and passed on. */
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

/** Where one is in a list of pages, from the first one on. */
export interface Paging {
  /** Cursor after which the page begins; null for the first. */
  after: string | null;
  number: number;
  /** Undefined on the first page. */
  back: (() => void) | undefined;
  forth(after: string): void;
}

export function usePaging(): Paging {
  const [cursors, setCursors] = useState<string[]>([]);
  return {
    after: cursors.at(-1) ?? null,
    number: cursors.length + 1,
    back: cursors.length > 0 ? () => setCursors(cursors.slice(0, -1)) : undefined,
    forth: (after) => setCursors([...cursors, after]),
  };
}
