import type { WebSocket } from '@fastify/websocket';
import { guard } from '../../core/containment.ts';
import type { Contained } from '../../core/containment.ts';
import { fault, isFault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { AttachedTerminal, Viewer, ViewerOver } from '../../domains/terminals/terminal.ts';
import { CLOSE_EXITED, closeCodes, isRetryable, toFault } from './close-codes.ts';
import { controlFrame, readClientFrame, snapshotFrames } from './frames.ts';
import type { ServerControl } from './frames.ts';
import type { Budgets } from '../../core/budgets.ts';
import {
  createFrameCount,
  limitLateFrames,
  limitUnreadAnswers,
  createReading,
} from '../shared/socket-limits.ts';
import { forwardInput } from './input.ts';
import type { Input } from './input.ts';
import { forwardOutput, WINDOW_BYTES } from './output.ts';
import type { Output } from './output.ts';

/**
 * Number of rejected frames that the connection tolerates, such as a resize to nothing, or a key pressed by a viewer.
 */
const MAX_TOLERATED = 16;

/** Maximum size of unread control messages in bytes: far more than for any client that reads at all. */
const MAX_UNREAD_CONTROL = 256 * 1024;

interface Connection {
  input: Input;
  output: Output;
  frames: ReturnType<typeof createFrameCount>;
}

/**
 * Connects one terminal with one socket, from the first frame to the close. Adds its listeners before it returns, so no
 * frame is lost while `attach` checks the ticket and starts the shell.
 */
export function serveTerminal(options: {
  socket: WebSocket;
  attach: () => Promise<AttachedTerminal>;
  /** Budgets of the frames that users may send over all their sockets. */
  frames: Budgets;
  log: Log;
  contained: Contained;
}): void {
  const { socket, log, contained } = options;
  const reading = createReading(socket);
  /** Contains errors here, so that they do not affect the shell, its other viewers, or the process. */
  const guarded = <A extends unknown[]>(listener: (...given: A) => unknown) =>
    guard({ contained, boundary: 'socket', fail: () => socket.terminate() }, listener);
  /** Frames that arrived in the same read as the handshake. That read bounds them, because the socket is paused. */
  let early: (() => void)[] | undefined = [];
  /** Must be detached exactly once, even if something fails after the attachment. */
  let attached: AttachedTerminal | undefined;
  let connection: Connection | undefined;
  let over = false;
  let tolerated = 0;
  let unreadControl = 0;

  /** Sends a control message regardless of the output window. Closes the connection of a client that does not read them. */
  function sendControl(control: ServerControl): void {
    if (socket.readyState !== socket.OPEN) return;
    const frame = controlFrame(control);
    unreadControl += frame.length;
    if (unreadControl > MAX_UNREAD_CONTROL) return socket.terminate();
    socket.send(frame, { binary: true }, () => (unreadControl -= frame.length));
  }

  /** Detaches the terminal, once. */
  function detach(): void {
    over = true;
    early = undefined;
    const terminal = attached;
    attached = undefined;
    connection?.input.stop();
    connection?.frames.stop();
    const taken = connection?.output.stop() ?? terminal?.start.offset ?? 0;
    connection = undefined;
    terminal?.detach(taken);
  }

  function close(code: number, reason: string): void {
    detach();
    reading.end();
    socket.close(code, reason);
  }

  function sendError({ code, message, details }: Fault, retry: boolean): void {
    sendControl({ type: 'error', code, message, details, retry });
  }

  function fail(error: unknown): void {
    if (over) return;
    const problem = toFault(error);
    if (problem.code === 'INTERNAL') log.error({ err: error }, 'a terminal socket failed');
    const code = closeCodes[problem.code];
    sendError(problem, isRetryable(code));
    close(code, problem.code);
  }

  function resize(terminal: AttachedTerminal, size: { rows: unknown; cols: unknown }): void {
    terminal.resize(size).catch((error: unknown) => {
      refuse(error);
    });
  }

  function refuse(error: unknown): void {
    if (over) return;
    const isTolerated = isFault(error, 'TERMINAL_SIZE_INVALID', 'TERMINAL_READ_ONLY');
    if (isTolerated && ++tolerated <= MAX_TOLERATED) sendError(error, false);
    else fail(error);
  }

  function receive(data: Buffer, isBinary: boolean): void {
    if (over) return;
    if (!connection || !attached) {
      early?.push(() => receive(data, isBinary));
      return;
    }
    connection.frames.count();
    try {
      if (!isBinary) {
        throw fault('FRAME_INVALID', { problem: 'it is a text frame, but all frames must be binary' });
      }
      const frame = readClientFrame(data);
      if (frame.type === 'input') connection.input.write(frame.bytes);
      else if (frame.type === 'ack') connection.output.acknowledge(frame.offset);
      else resize(attached, frame);
    } catch (error) {
      refuse(error);
    }
  }

  function ended(end: ViewerOver): void {
    if (over || !connection) return;
    if (end === 'other-process' || end === 'dropped') {
      fail(fault('TERMINAL_ELSEWHERE'));
      return;
    }
    connection.output.flush();
    // An error was reported, and closed the socket.
    if (!connection) return;
    sendControl({ type: 'exit', code: end.exitCode ?? null });
    close(CLOSE_EXITED, 'exited');
  }

  function sayHello(terminal: AttachedTerminal): void {
    const { terminalId, viewer, start, size, durable, typed, recorded } = terminal;
    const { offset, live, snapshot } = start;
    sendControl({
      type: 'hello',
      terminal: terminalId,
      role: viewer.role,
      offset,
      live,
      window: WINDOW_BYTES,
      ...size,
      durable,
      snapshot: snapshot !== undefined,
      ...(typed !== undefined && { typed }),
      ...(recorded !== undefined && { recorded }),
    });
    if (socket.readyState !== socket.OPEN) return;
    for (const frame of snapshotFrames(snapshot ?? Buffer.alloc(0))) socket.send(frame, { binary: true });
  }

  function listen(terminal: AttachedTerminal, output: Output): void {
    // Names of clients are not secret, so another user's client may use the same name.
    const seen = (viewer: Viewer) => {
      const { id, name, role } = viewer;
      return { id, name, role, you: viewer === terminal.viewer };
    };
    terminal.listen({
      onOutput: guarded(output.more),
      onViewers: guarded((viewers) => sendControl({ type: 'viewers', viewers: viewers.map(seen) })),
      onTyping: guarded(({ id, name }) => sendControl({ type: 'typing', viewer: id, name })),
      onSize: guarded(({ rows, cols }) => sendControl({ type: 'size', rows, cols })),
    });
  }

  function start(terminal: AttachedTerminal): void {
    if (over) {
      terminal.detach(terminal.start.offset);
      return;
    }
    attached = terminal;
    sayHello(terminal);
    connection = {
      input: forwardInput({ terminal, reading, onTyped: (offset) => sendControl({ type: 'typed', offset }) }),
      frames: createFrameCount({
        budgets: options.frames,
        account: () => terminal.viewer.userId,
        reading,
      }),
      output: forwardOutput({ terminal, socket, onLost: () => fail(fault('TERMINAL_TOO_SLOW')) }),
    };
    listen(terminal, connection.output);
    connection.output.more();
    terminal.over.then(guarded(ended), guarded(fail));
    const waiting = early ?? [];
    early = undefined;
    socket.resume();
    for (const again of waiting) again();
  }

  limitUnreadAnswers(socket);
  limitLateFrames(socket);
  // Reading the protocol's own frames takes as long.
  for (const event of ['ping', 'pong'])
    socket.on(
      event,
      guarded(() => connection?.frames.count()),
    );
  socket.on('message', guarded(receive as (data: unknown, isBinary: boolean) => void));
  socket.on('close', guarded(detach));
  socket.pause();
  options.attach().then(guarded(start), guarded(fail));
}
