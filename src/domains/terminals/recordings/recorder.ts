import type { Clock } from '../../../core/clock.ts';
import type { LabRecording } from '../../labs/lab.ts';
import type { TerminalOver, TerminalSize } from '../terminal.ts';
import { castEvent } from './cast.ts';
import type { CastCode } from './cast.ts';
import { createCharacters } from './characters.ts';
import { createPartWriter } from './part-writer.ts';
import type { PartWriterOptions } from './part-writer.ts';
import type { StoredRecording } from './recording-store.ts';

/** Most output of one event, in bytes: whatever it is made of, there must be room for it. */
const EVENT_BYTES = 32 * 1024;

/** Kept of the limit for what is said at the end, in bytes. */
const LAST_WORDS_BYTES = 512;

/** How long the end of a terminal waits for the last part to be stored, in milliseconds. */
const FINISH_WAIT_MS = 1_000;

/** Records one terminal. Nothing of it waits for the database, or throws. */
export interface Recorder {
  /** What is recorded; undefined once that has ended. */
  readonly content: LabRecording | undefined;
  /** Output, whose first byte has the number `at`. What was recorded before is passed over, what is missing is marked. */
  output(at: number, bytes: Buffer): void;
  /** What is typed; recorded only where the lab asks for that. */
  input(bytes: Buffer): void;
  resize(size: TerminalSize): void;
  /** The terminal is over for this process; it had printed so many bytes. Resolves once that is stored, or after a moment. */
  finish(over: TerminalOver, printed: number): Promise<void>;
}

export type RecorderOptions = Omit<PartWriterOptions, 'id' | 'place' | 'state' | 'onLost'> & {
  recording: StoredRecording;
  clock: Pick<Clock, 'now'>;
  /** Most bytes of events. */
  limitBytes: number;
  /** That it goes on with what another recorded: the size by now, and whether that one may have lost what was typed last. */
  resumed?: { size: TerminalSize; isInputLost: boolean };
};

type CastEvent = [code: CastCode, data: string];

export function createRecorder(options: RecorderOptions): Recorder {
  const { recording, clock, limitBytes, resumed } = options;
  const { id, startedAt, content, parts: place } = recording;
  /** Number of the first byte of output that is not taken yet. */
  let next = recording.offset;
  let { bytes, durationMs } = recording;
  let size: TerminalSize = recording;
  /** What is not told yet, since there was no room for it. */
  let owedSize = resumed?.size;
  let owedInput = 0;
  let isInputLost = content === 'input' && (resumed?.isInputLost ?? false);
  let truncated = false;
  let isOver = false;
  const shown = createCharacters();
  const typed = createCharacters();
  const parts = createPartWriter({
    ...options,
    id,
    place,
    state: () => ({ offset: next - shown.held(), bytes, durationMs, truncated }),
    onLost: () => (isOver = true),
  });

  function owed(): CastEvent[] {
    const events: CastEvent[] = [];
    if (isInputLost)
      events.push(['m', 'What was typed last before is missing here: the service was killed.']);
    if (owedInput > 0) events.push(['m', `${owedInput} bytes of input are missing here.`]);
    if (owedSize) events.push(['r', sizeText(owedSize)]);
    return events;
  }

  /** Lines for these events, as of now. */
  function lines(events: CastEvent[]): { text: string; length: number; at: number } {
    // The clock may have been put back.
    const at = Math.max(durationMs, clock.now().getTime() - startedAt.getTime());
    const text = events.map(([code, data], place) => castEvent(place ? 0 : at - durationMs, code, data));
    return { text: text.join(''), length: Buffer.byteLength(text.join('')), at };
  }

  /** Adds these events, or none of them where there is no room. */
  function add(...events: CastEvent[]): boolean {
    const { text, length, at } = lines([...owed(), ...events]);
    if (bytes + length > limitBytes - LAST_WORDS_BYTES) {
      truncated = true;
      close('ended', [['m', `The recording ends here: it may have ${limitBytes} bytes.`]]);
      return false;
    }
    if (!parts.put(text, length)) return false;
    settle(length, at);
    return true;
  }

  function settle(length: number, at: number): void {
    bytes += length;
    durationMs = at;
    size = owedSize ?? size;
    owedSize = undefined;
    owedInput = 0;
    isInputLost = false;
  }

  function close(how: 'released' | 'ended', events: CastEvent[]): void {
    isOver = true;
    const { text, length, at } = lines(events);
    settle(length, events.length > 0 ? at : durationMs);
    parts.close(how, text);
  }

  /** What tells that output is missing before the byte of this number; a character that was begun is closed. */
  function gapBefore(at: number): CastEvent[] {
    const begun: CastEvent[] = shown.held() > 0 ? [['o', '\uFFFD']] : [];
    return at > next ? [...begun, ['m', `${at - next} bytes of output are missing here.`]] : [];
  }

  /** Where there is no room nothing is taken: what comes next finds it missing. */
  function takeOutput(at: number, chunk: Buffer): boolean {
    const events = gapBefore(at);
    const begun = shown.held();
    if (events.length > 0) shown.end();
    const text = shown.take(chunk);
    if (text !== '') events.push(['o', text]);
    if (events.length > 0 && !add(...events)) {
      shown.end();
      next -= begun;
      return false;
    }
    next = at + chunk.length;
    return true;
  }

  return {
    get content() {
      return isOver ? undefined : content;
    },
    output(at, chunk) {
      if (isOver) return;
      for (let start = Math.max(0, next - at); start < chunk.length; start += EVENT_BYTES) {
        if (!takeOutput(at + start, chunk.subarray(start, start + EVENT_BYTES))) return;
      }
    },
    input(chunk) {
      if (isOver || content !== 'input') return;
      const text = typed.take(chunk);
      if (text !== '' && !add(['i', text])) owedInput += chunk.length;
    },
    resize(wanted) {
      const last = owedSize ?? size;
      if (isOver || (wanted.rows === last.rows && wanted.cols === last.cols)) return;
      owedSize = wanted;
      add();
    },
    async finish(over, printed) {
      // A character that is begun, and what was dropped, are for the recorder that goes on.
      if (!isOver && over === 'elsewhere') close('released', []);
      if (!isOver && over !== 'elsewhere') {
        const gap = gapBefore(printed);
        const begun: CastEvent[] = gap.length === 0 && shown.held() > 0 ? [['o', shown.end()]] : [];
        const typedLast: CastEvent[] = typed.held() > 0 ? [['i', typed.end()]] : [];
        const exit: CastEvent[] = over.exitCode === undefined ? [] : [['x', String(over.exitCode)]];
        close('ended', [...owed(), ...gap, ...begun, ...typedLast, ...exit]);
      }
      let waited: NodeJS.Timeout | undefined;
      const enough = new Promise((resolve) => (waited = setTimeout(resolve, FINISH_WAIT_MS)));
      await Promise.race([parts.settled(), enough]);
      clearTimeout(waited);
    },
  };
}

const sizeText = ({ rows, cols }: TerminalSize) => `${cols}x${rows}`;
