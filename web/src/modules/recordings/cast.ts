/** An event of a recording, so many seconds after its start. */
export interface CastEvent {
  at: number;
  code: string;
  data: string;
}

/** A recording's file, read. */
export interface Cast {
  rows: number;
  cols: number;
  events: CastEvent[];
  /** Seconds. */
  length: number;
}

/** Reads asciicast v3. Lines that are not understood are passed over, as is one that was not whole. */
export function readCast(text: string): Cast {
  const [head = '', ...lines] = text.split('\n');
  const { term } = JSON.parse(head) as { term: { rows: number; cols: number } };
  const events: CastEvent[] = [];
  let at = 0;
  for (const line of lines) {
    const event = readEvent(line);
    if (!event) continue;
    at += event.after;
    events.push({ at, code: event.code, data: event.data });
  }
  return { rows: term.rows, cols: term.cols, events, length: at };
}

function readEvent(line: string): { after: number; code: string; data: string } | undefined {
  if (!line.startsWith('[')) return undefined;
  try {
    const [after, code, data] = JSON.parse(line) as unknown[];
    if (typeof after !== 'number' || typeof code !== 'string' || typeof data !== 'string') return undefined;
    return { after, code, data };
  } catch {
    return undefined;
  }
}

/** The same with no pause longer than that, in seconds. */
export function withoutPauses(cast: Cast, longest: number): Cast {
  let before = 0;
  let at = 0;
  const events = cast.events.map((event) => {
    at += Math.min(event.at - before, longest);
    before = event.at;
    return { ...event, at };
  });
  return { ...cast, events, length: at };
}

/** How many events are over by then. */
export function countBefore({ events }: Pick<Cast, 'events'>, at: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A size as an event has it, such as 80x24; undefined for what a terminal cannot have. */
export function readSize(data: string): { rows: number; cols: number } | undefined {
  const [, cols, rows] = /^(\d{1,4})x(\d{1,3})$/.exec(data) ?? [];
  return cols && rows && Number(cols) > 0 && Number(rows) > 0
    ? { rows: Number(rows), cols: Number(cols) }
    : undefined;
}
