/** Which part of a list is asked for, as Relay has it: forward only. */
export interface PageRequest {
  /** At most this many; services refuse more than {@link PAGE_LIMIT} with INPUT_INVALID. */
  first: number;
  /** Opaque cursor of the last element already seen. */
  after?: string | undefined;
}

/** A part of a list, each element with the cursor that continues after it. */
export interface Page<T> {
  items: { node: T; cursor: string }[];
  hasNextPage: boolean;
}

/** Most elements of one page: keeps one request from reading a whole table. */
export const PAGE_LIMIT = 100;
