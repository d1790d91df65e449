import { AttachRefused } from './attach-refused.ts';
import { isFinal, reconnectDelay } from './reconnect.ts';
import type { Hello, ServerControl, TerminalProblem } from './frames.ts';
import { createOutputCount } from './output-count.ts';
import type { TerminalEnd, TerminalEvents, TerminalState } from './terminal-events.ts';
import { openSocket } from './terminal-socket.ts';
import type { TerminalSocket, WebSocketConstructor } from './terminal-socket.ts';
import { systemTimers } from './timers.ts';
import type { Timers } from './timers.ts';
import { createTypedInput } from './typed-input.ts';

/** Permission for one connection: the result of `openTerminal` or `attachTerminal`. */
export interface Admission {
  terminal: string;
  url: string;
  ticket: string;
}

export interface ConnectOptions extends TerminalEvents {
  /**
   * Requests an admission to a terminal, or to a new one if `terminal` is undefined. Called for each connection.
   * Rejects with {@link AttachRefused} if a retry is useless.
   */
  attach(terminal: string | undefined, signal: AbortSignal): Promise<Admission>;
  /** Id of an open terminal. */
  terminal?: string;
  /** Number of the first output byte to receive; if absent, the output starts with a screen snapshot. */
  from?: number;
  /** For platforms without a WebSocket, and for tests. */
  WebSocket?: WebSocketConstructor;
  timers?: Timers;
  /** Returns a number from 0 to 1. */
  random?: () => number;
}

/** A terminal that reconnects as often as necessary. */
export interface TerminalConnection {
  readonly state: TerminalState;
  /** Bytes of input that the server has not acknowledged. Send long texts in parts, so that this stays small. */
  readonly waiting: number;
  /** Sends input. Without a connection, input is buffered. Input of a watcher is ignored. */
  input(data: string | Uint8Array): void;
  /** Resizes the terminal. Only its owner can. */
  resize(rows: number, cols: number): void;
  /** Ends a delay and reconnects immediately. Call it when the network is back or the page becomes visible. */
  retry(): void;
  /** Disconnects. The shell keeps running. */
  close(): void;
}

/** Longest wait for a connection, in milliseconds. It includes the start of a shell. */
const CONNECT_LIMIT_MS = 30_000;
/** A connection that lasted this long was stable: after it breaks, the client retries without a delay. */
const STABLE_MS = 2_000;
/**
 * A ticket is valid for a minute. If the computer slept and the ticket is older than this, its rejection does not mean
 * that the terminal is gone.
 */
const TICKET_VALID_MS = 50_000;
/** Length of the id by which the server counts this client's input, in bytes. */
const CLIENT_ID_BYTES = 16;

const encoder = new TextEncoder();

function createClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(CLIENT_ID_BYTES));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Connects to a terminal and reconnects until it ends or `close` is called. */
export function connectTerminal(options: ConnectOptions): TerminalConnection {
  const { timers = systemTimers, random = Math.random, attach } = options;
  const WebSocket = options.WebSocket ?? globalThis.WebSocket;
  const count = createOutputCount(options.from);
  const typed = createTypedInput();
  const client = createClientId();
  let state: TerminalState = 'connecting';
  let terminal = options.terminal;
  let role: Hello['role'] | undefined;
  let size: { rows: number; cols: number } | undefined;
  let socket: TerminalSocket | undefined;
  /** Failed attempts in a row. */
  let failed = 0;
  let openedAt: number | undefined;
  let attachedAt = 0;
  let problem: TerminalProblem | undefined;
  let attaching = new AbortController();
  /** Cancels the running timer. */
  let cancelTimer: (() => void) | undefined;
  let delaying = false;

  function enter(next: TerminalState): void {
    state = next;
    options.onState?.(next);
  }

  function stop(): void {
    cancelTimer?.();
    attaching.abort();
    socket?.close();
    socket = undefined;
  }

  function end(why: TerminalEnd): void {
    stop();
    enter('ended');
    options.onEnd?.(why);
  }

  /** Ends this attempt and starts another one after a delay. */
  function reconnect(): void {
    stop();
    const stable = openedAt !== undefined && timers.now() - openedAt >= STABLE_MS;
    const delay = reconnectDelay(stable ? 0 : failed, random);
    failed = stable ? 1 : failed + 1;
    openedAt = undefined;
    if (state !== 'reconnecting') enter('reconnecting');
    delaying = true;
    cancelTimer = timers.after(delay, connect);
  }

  function connect(): void {
    delaying = false;
    problem = undefined;
    attaching = new AbortController();
    const { signal } = attaching;
    cancelTimer = timers.after(CONNECT_LIMIT_MS, reconnect);
    attach(terminal, signal).then(
      (admission) => !signal.aborted && open(admission),
      (error: unknown) => {
        if (signal.aborted) return;
        if (error instanceof AttachRefused) end({ why: 'refused', ...error.problem });
        else reconnect();
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
      listener: {
        onOutput: receiveOutput,
        onSnapshot: receiveSnapshot,
        onControl: receiveControl,
        onInvalidFrame: rejectServer,
        onClosed: closed,
      },
    });
  }

  function receiveOutput(bytes: Uint8Array): void {
    for (const piece of count.take(bytes)) {
      options.onOutput({ bytes: piece.bytes, replayed: piece.replayed }, () => {
        const offset = count.show(piece);
        if (offset !== undefined) socket?.control({ type: 'ack', offset });
      });
    }
  }

  function receiveSnapshot(bytes: Uint8Array): void {
    options.onOutput({ bytes, replayed: true }, () => {});
  }

  function receiveControl(control: ServerControl): void {
    if (control.type === 'hello') opened(control);
    else if (control.type === 'size') options.onSize?.(control);
    else if (control.type === 'viewers') options.onViewers?.(control.viewers);
    else if (control.type === 'typing') options.onTyping?.(control);
    else if (control.type === 'typed') inputTaken(control.offset);
    else if (control.type === 'exit') end({ why: 'exited', exitCode: control.code });
    else if (control.type === 'error') reportProblem(control);
  }

  function rejectServer(problem: string): void {
    const message = `The server sent an invalid control frame: ${problem}. Check that this is Berth's address.`;
    end({ why: 'refused', code: 'FRAME_INVALID', message, details: { problem } });
  }

  function inputTaken(offset: number): void {
    typed.take(offset);
    options.onInputTaken?.(typed.waiting);
  }

  function opened(hello: Hello): void {
    cancelTimer?.();
    openedAt = timers.now();
    role = hello.role;
    const { ack, reset } = count.begin(hello);
    // The server limits the output in flight from the first acknowledgement on.
    socket?.control({ type: 'ack', offset: ack });
    options.onHello?.(hello);
    if (reset) options.onReset?.();
    if (size && (size.rows !== hello.rows || size.cols !== hello.cols)) sendSize(size);
    // Buffered input is sent before the listener is called, because the listener may send more.
    if (role === 'watching') typed.clear();
    typed.resume(hello.typed);
    state = 'open';
    sendTyped();
    options.onState?.(state);
  }

  function reportProblem({ code, message, details }: TerminalProblem): void {
    // Only the close code shows whether the problem is final.
    problem = { code, message, details };
    options.onProblem?.(problem);
  }

  function closed({ code, reason }: { code: number; reason: string }): void {
    const ticketExpired = reason === 'TICKET_INVALID' && timers.now() - attachedAt > TICKET_VALID_MS;
    if (!isFinal(code) || ticketExpired) reconnect();
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

  function sendSize(wanted: { rows: number; cols: number }): void {
    if (role === 'owner') socket?.control({ type: 'resize', ...wanted });
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
      size = { rows, cols };
      if (state === 'open') sendSize(size);
    },
    retry() {
      if (!delaying) return;
      cancelTimer?.();
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
