import type { Clock } from '../../../core/clock.ts';
import type { LabRecording } from '../../labs/lab.ts';
import type { TerminalOver, TerminalSize } from '../terminal.ts';
import { createUtf8Decoder } from '../utf8.ts';
import { createPartWriter } from './part-writer.ts';
import type { PartWriterOptions } from './part-writer.ts';
import type { StoredRecording } from './recording-store.ts';
import type { Recording } from './recording.ts';

/** Maximum output per event, in bytes. Any event of this size fits into the memory limit. */
const EVENT_BYTES = 32 * 1024;

/** Part of the size limit that is reserved for the last events, in bytes. */
const LAST_EVENTS_BYTES = 512;

/** How long the end of a terminal waits until its last part is stored, in milliseconds. */
const FINISH_WAIT_MS = 1_000;

/** Records one terminal. No method waits for the database or throws. */
export interface Recorder {
  /** What is recorded; undefined after the recording has ended. */
  readonly content: LabRecording | undefined;
  /**
   * Records output whose first byte has the number `at`. Skips bytes that are recorded already, and marks missing ones.
   */
  output(at: number, bytes: Buffer): void;
  /** Records input, if the lab asks for it. */
  input(bytes: Buffer): void;
  resize(size: TerminalSize): void;
  /**
   * Ends or releases the recording of a terminal that had printed `printed` bytes. Resolves once that is stored, or
   * after a second.
   */
  finish(over: TerminalOver, printed: number): Promise<void>;
}

export type RecorderOptions = Omit<PartWriterOptions, 'id' | 'place' | 'state' | 'onLost'> & {
  recording: StoredRecording;
  clock: Pick<Clock, 'now'>;
  /** Maximum size of the recording's events, in bytes. */
  limitBytes: number;
  /**
   * Set if another recorder wrote the earlier events: the current size, and whether that recorder may have lost the
   * last input.
   */
  resumed?: { size: TerminalSize; isInputLost: boolean };
};

type CastEvent = [code: CastCode, data: string];

export function createRecorder(options: RecorderOptions): Recorder {
  const { recording, clock, limitBytes, resumed } = options;
  const { id, startedAt, content, parts: place } = recording;
  /** Number of the first output byte that is not recorded yet. */
  let next = recording.offset;
  let { bytes, durationMs } = recording;
  let size: TerminalSize = recording;
  /** Changes that are not recorded yet because the memory limit was reached. */
  let pendingSize = resumed?.size;
  let droppedInput = 0;
  let isInputLost = content === 'input' && (resumed?.isInputLost ?? false);
  let truncated = false;
  let isOver = false;
  const shown = createUtf8Decoder();
  const typed = createUtf8Decoder();
  const parts = createPartWriter({
    ...options,
    id,
    place,
    state: () => ({ offset: next - shown.pendingBytes(), bytes, durationMs, truncated }),
    onLost: () => (isOver = true),
  });

  function pendingEvents(): CastEvent[] {
    const events: CastEvent[] = [];
    if (isInputLost)
      events.push(['m', 'The input typed just before this point is missing: the service was killed.']);
    if (droppedInput > 0) events.push(['m', `${droppedInput} bytes of input are missing here.`]);
    if (pendingSize) events.push(['r', sizeText(pendingSize)]);
    return events;
  }

  /** Formats these events with the current time. */
  function lines(events: CastEvent[]): { text: string; length: number; at: number } {
    // The system clock may have been set back.
    const at = Math.max(durationMs, clock.now().getTime() - startedAt.getTime());
    const text = events.map(([code, data], place) => castEvent(place ? 0 : at - durationMs, code, data));
    return { text: text.join(''), length: Buffer.byteLength(text.join('')), at };
  }

  /** Adds all of these events, or none if the memory limit is reached. */
  function add(...events: CastEvent[]): boolean {
    const { text, length, at } = lines([...pendingEvents(), ...events]);
    if (bytes + length > limitBytes - LAST_EVENTS_BYTES) {
      truncated = true;
      close('ended', [['m', `The recording ends here: it reached its limit of ${limitBytes} bytes.`]]);
      return false;
    }
    if (!parts.put(text, length)) return false;
    settle(length, at);
    return true;
  }

  function settle(length: number, at: number): void {
    bytes += length;
    durationMs = at;
    size = pendingSize ?? size;
    pendingSize = undefined;
    droppedInput = 0;
    isInputLost = false;
  }

  function close(how: 'released' | 'ended', events: CastEvent[]): void {
    isOver = true;
    const { text, length, at } = lines(events);
    settle(length, events.length > 0 ? at : durationMs);
    parts.close(how, text);
  }

  /** Returns the events that mark missing output before byte `at`. An incomplete character becomes U+FFFD. */
  function gapBefore(at: number): CastEvent[] {
    const incomplete: CastEvent[] = shown.pendingBytes() > 0 ? [['o', '\uFFFD']] : [];
    return at > next ? [...incomplete, ['m', `${at - next} bytes of output are missing here.`]] : [];
  }

  /** Records one chunk. If the memory limit is reached, records nothing, and the next chunk marks the gap. */
  function addOutput(at: number, chunk: Buffer): boolean {
    const events = gapBefore(at);
    const pending = shown.pendingBytes();
    if (events.length > 0) shown.end();
    const text = shown.take(chunk);
    if (text !== '') events.push(['o', text]);
    if (events.length > 0 && !add(...events)) {
      shown.end();
      next -= pending;
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
        if (!addOutput(at + start, chunk.subarray(start, start + EVENT_BYTES))) return;
      }
    },
    input(chunk) {
      if (isOver || content !== 'input') return;
      const text = typed.take(chunk);
      if (text !== '' && !add(['i', text])) droppedInput += chunk.length;
    },
    resize(wanted) {
      const last = pendingSize ?? size;
      if (isOver || (wanted.rows === last.rows && wanted.cols === last.cols)) return;
      pendingSize = wanted;
      add();
    },
    async finish(over, printed) {
      // The recorder that resumes reads the incomplete character and the dropped output again.
      if (!isOver && over === 'other-process') close('released', []);
      if (!isOver && over !== 'other-process') {
        const gap = gapBefore(printed);
        const incomplete: CastEvent[] =
          gap.length === 0 && shown.pendingBytes() > 0 ? [['o', shown.end()]] : [];
        const typedLast: CastEvent[] = typed.pendingBytes() > 0 ? [['i', typed.end()]] : [];
        const exit: CastEvent[] = over.exitCode === undefined ? [] : [['x', String(over.exitCode)]];
        close('ended', [...pendingEvents(), ...gap, ...incomplete, ...typedLast, ...exit]);
      }
      let waited: NodeJS.Timeout | undefined;
      const enough = new Promise((resolve) => (waited = setTimeout(resolve, FINISH_WAIT_MS)));
      await Promise.race([parts.settled(), enough]);
      clearTimeout(waited);
    },
  };
}

const sizeText = ({ rows, cols }: TerminalSize) => `${cols}x${rows}`;

/** Event codes: output, input, marker, resize, exit. */
type CastCode = 'o' | 'i' | 'm' | 'r' | 'x';

/** Returns the first line of a recording's file. */
export function castHeader(recording: Recording): string {
  const { rows, cols, startedAt, labSlug, machine } = recording;
  return `${JSON.stringify({
    version: 3,
    term: { cols, rows, type: 'xterm-256color' },
    timestamp: Math.floor(startedAt.getTime() / 1_000),
    title: `${labSlug}, ${machine}`,
  })}\n`;
}

/** Returns one event that follows the previous one after `afterMs` milliseconds. */
export function castEvent(afterMs: number, code: CastCode, data: string): string {
  return `[${(afterMs / 1_000).toFixed(3)}, "${code}", ${JSON.stringify(data)}]\n`;
}
