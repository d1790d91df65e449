import { AttachRefused } from './attach-refused.ts';
import { isFinal } from './close-codes.ts';
import type { Hello, ServerControl, TerminalProblem } from './frames.ts';
import { createOutputCount } from './output-count.ts';
import { pauseBefore } from './pauses.ts';
import type { TerminalEnd, TerminalEvents, TerminalState } from './terminal-events.ts';
import { openSocket } from './terminal-socket.ts';
import type { TerminalSocket } from './terminal-socket.ts';
import { systemTimers } from './timers.ts';
import type { Timers } from './timers.ts';
import { createTypedInput } from './typed-input.ts';
import type { WebSocketConstructor } from './web-socket.ts';

/** A way in: what `openTerminal` and `attachTerminal` answer. */
export interface Admission {
  terminal: string;
  url: string;
  ticket: string;
}

export interface ConnectOptions extends TerminalEvents {
  /**
   * Asks for a way in: to a new terminal where none is named, else to that one. Called for each connection.
   * Rejects with {@link AttachRefused} where it is no use to try again.
   */
  attach(terminal: string | undefined, signal: AbortSignal): Promise<Admission>;
  /** A terminal that is there already. */
  terminal?: string;
  /** Number of the first output byte that is wanted; without it the screen comes as it is. */
  from?: number;
  /** Where the platform has none, or for tests. */
  WebSocket?: WebSocketConstructor;
  timers?: Timers;
  /** From 0 to 1. */
  random?: () => number;
}

/** A terminal, over as many connections as it takes. */
export interface TerminalConnection {
  readonly state: TerminalState;
  /** Bytes of input that the server has not taken yet. What is pasted goes by parts, so that this stays small. */
  readonly waiting: number;
  /** Types; without a connection it is kept until there is one. A watcher types nothing. */
  input(data: string | Uint8Array): void;
  /** The size that the terminal is to have; only its owner's counts. */
  resize(rows: number, cols: number): void;
  /** Tries again at once, where a pause goes on: the network is back, or somebody looks. */
  retry(): void;
  /** Leaves. The shell goes on. */
  close(): void;
}

/** Longest wait for an answer, in milliseconds: the first takes the start of a shell. */
const ANSWER_LIMIT_MS = 30_000;
/** A connection that held for so long was well: when it breaks the next try is at once. */
const STABLE_MS = 2_000;
/** A ticket is good for a minute; one that was older, since the machine slept, tells nothing of the terminal. */
const TICKET_GOOD_MS = 50_000;
/** Bytes of the name that the server counts this client's input under. */
const NAME_BYTES = 16;

const encoder = new TextEncoder();

function newName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(NAME_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function connectTerminal(options: ConnectOptions): TerminalConnection {
  const { timers = systemTimers, random = Math.random, attach } = options;
  const WebSocket = options.WebSocket ?? globalThis.WebSocket;
  const count = createOutputCount(options.from);
  const typed = createTypedInput();
  const client = newName();
  let state: TerminalState = 'connecting';
  let terminal = options.terminal;
  let role: Hello['role'] | undefined;
  let wanted: { rows: number; cols: number } | undefined;
  let socket: TerminalSocket | undefined;
  /** Tries that failed in a row. */
  let failed = 0;
  let openedAt: number | undefined;
  let attachedAt = 0;
  let problem: TerminalProblem | undefined;
  let asking = new AbortController();
  /** Ends what is waited for. */
  let callOff: (() => void) | undefined;
  let pausing = false;

  function enter(next: TerminalState): void {
    state = next;
    options.onState?.(next);
  }

  function stop(): void {
    callOff?.();
    asking.abort();
    socket?.leave();
    socket = undefined;
  }

  function end(why: TerminalEnd): void {
    stop();
    enter('ended');
    options.onEnd?.(why);
  }

  /** Lets this try go, and begins another after a pause. */
  function tryAgain(): void {
    stop();
    const held = openedAt !== undefined && timers.now() - openedAt >= STABLE_MS;
    const pause = pauseBefore(held ? 0 : failed, random);
    failed = held ? 1 : failed + 1;
    openedAt = undefined;
    if (state !== 'reconnecting') enter('reconnecting');
    pausing = true;
    callOff = timers.after(pause, connect);
  }

  function connect(): void {
    pausing = false;
    problem = undefined;
    asking = new AbortController();
    const { signal } = asking;
    callOff = timers.after(ANSWER_LIMIT_MS, tryAgain);
    attach(terminal, signal).then(
      (admission) => !signal.aborted && open(admission),
      (error: unknown) => {
        if (signal.aborted) return;
        if (error instanceof AttachRefused) end({ why: 'refused', ...error.problem });
        else tryAgain();
      },
    );
  }

  function open({ url, ticket, terminal: id }: Admission): void {
    terminal = id;
    attachedAt = timers.now();
    socket = openSocket({
      url,
      ticket,
      query: { from: count.from, client, typed: typed.sent },
      WebSocket,
      listener: { onOutput: take, onSnapshot: draw, onControl: obey, onNonsense: giveUp, onClosed: closed },
    });
  }

  function take(bytes: Uint8Array): void {
    for (const piece of count.take(bytes)) {
      options.onOutput({ bytes: piece.bytes, replayed: piece.replayed }, () => {
        const offset = count.show(piece);
        if (offset !== undefined) socket?.control({ type: 'ack', offset });
      });
    }
  }

  function draw(bytes: Uint8Array): void {
    options.onOutput({ bytes, replayed: true }, () => {});
  }

  function obey(control: ServerControl): void {
    if (control.type === 'hello') begin(control);
    else if (control.type === 'size') options.onSize?.(control);
    else if (control.type === 'viewers') options.onViewers?.(control.viewers);
    else if (control.type === 'typing') options.onTyping?.(control);
    else if (control.type === 'typed') hearTaken(control.offset);
    else if (control.type === 'exit') end({ why: 'exited', exitCode: control.code });
    else if (control.type === 'error') hearProblem(control);
  }

  function giveUp(problem: string): void {
    const message = `The server sent a control frame that is none of the terminal protocol: ${problem}. Is this the address of Berth?`;
    end({ why: 'refused', code: 'FRAME_INVALID', message, details: { problem } });
  }

  function hearTaken(offset: number): void {
    typed.take(offset);
    options.onInputTaken?.(typed.waiting);
  }

  function begin(hello: Hello): void {
    callOff?.();
    openedAt = timers.now();
    role = hello.role;
    const { ack, reset } = count.begin(hello);
    // From the first acknowledgement on the server minds how much is underway.
    socket?.control({ type: 'ack', offset: ack });
    options.onHello?.(hello);
    if (reset) options.onReset?.();
    if (wanted && (wanted.rows !== hello.rows || wanted.cols !== hello.cols)) tellSize(wanted);
    // What was typed first goes first, whatever a listener for the opening types.
    if (role === 'watching') typed.clear();
    typed.resume(hello.typed);
    state = 'open';
    sendTyped();
    options.onState?.(state);
  }

  function hearProblem({ code, message, details }: TerminalProblem): void {
    // Whether the server closes after it is seen by its closing.
    problem = { code, message, details };
    options.onProblem?.(problem);
  }

  function closed({ code, reason }: { code: number; reason: string }): void {
    const ticketTooOld = reason === 'TICKET_INVALID' && timers.now() - attachedAt > TICKET_GOOD_MS;
    if (!isFinal(code) || ticketTooOld) tryAgain();
    else if (problem) end({ why: 'refused', ...problem });
    else end({ why: 'closed', closeCode: code });
  }

  function type(bytes: Uint8Array): void {
    if (role === 'watching' || state === 'ended' || bytes.length === 0) return;
    if (!typed.add(bytes, state === 'open')) options.onInputDropped?.(bytes.length);
    else if (state === 'open') sendTyped();
  }

  function sendTyped(): void {
    for (const bytes of typed.send()) socket?.input(bytes);
  }

  function tellSize(size: { rows: number; cols: number }): void {
    if (role === 'owner') socket?.control({ type: 'resize', ...size });
  }

  connect();

  return {
    get state() {
      return state;
    },
    get waiting() {
      return typed.waiting;
    },
    input: (data) => type(typeof data === 'string' ? encoder.encode(data) : data),
    resize(rows, cols) {
      wanted = { rows, cols };
      if (state === 'open') tellSize(wanted);
    },
    retry() {
      if (!pausing) return;
      callOff?.();
      failed = 0;
      connect();
    },
    close() {
      if (state === 'ended') return;
      stop();
      enter('ended');
    },
  };
}
