/** An event of a recording. */
export interface CastEvent {
  /** Seconds since the start. */
  at: number;
  code: string;
  data: string;
}

/** A parsed recording. */
export interface Cast {
  rows: number;
  cols: number;
  events: CastEvent[];
  /** In seconds. */
  length: number;
}

/** Parses asciicast v3. Skips unknown lines and an incomplete last line. */
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

/** Shortens pauses to at most `longest` seconds. */
export function shortenPauses(cast: Cast, longest: number): Cast {
  let previous = 0;
  let at = 0;
  const events = cast.events.map((event) => {
    at += Math.min(event.at - previous, longest);
    previous = event.at;
    return { ...event, at };
  });
  return { ...cast, events, length: at };
}

/** Returns the number of events up to `at` seconds. */
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

/** Parses the data of a resize event, such as 80x24. Returns undefined for an impossible size. */
export function readSize(data: string): { rows: number; cols: number } | undefined {
  const [, cols, rows] = /^(\d{1,4})x(\d{1,3})$/.exec(data) ?? [];
  return cols && rows && Number(cols) > 0 && Number(rows) > 0
    ? { rows: Number(rows), cols: Number(cols) }
    : undefined;
}

/** Maximum number of characters of input that are shown. */
const MAX_TYPED = 60;

/** Returns the end of the first `count` inputs, with symbols for control characters. */
export function typedText(inputs: readonly CastEvent[], count: number): string {
  let text = '';
  for (let at = count - 1; at >= 0 && text.length < MAX_TYPED; at--) text = (inputs[at]?.data ?? '') + text;
  return Array.from(text).slice(-MAX_TYPED).map(keyText).join('');
}

function keyText(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\r') return '⏎';
  if (code === 0x7f) return '⌫';
  return code < 0x20 ? String.fromCodePoint(0x2400 + code) : character;
}
