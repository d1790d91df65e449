import type { WebSocket } from '@fastify/websocket';
import { guard } from '../../core/containment.ts';
import type { Contained } from '../../core/containment.ts';
import { fault, isFault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { AttachedTerminal, TerminalOver } from '../../domains/terminals/terminal.ts';
import type { Viewer } from '../../domains/terminals/terminal.ts';
import { CLOSE_EXITED, closeCodes, isRetryable, toFault } from './close-codes.ts';
import { controlFrame, readClientFrame, snapshotFrames } from './frames.ts';
import type { ServerControl } from './frames.ts';
import type { Budgets } from '../../core/budgets.ts';
import { createFrameCount } from './frame-budget.ts';
import { carryInput } from './input.ts';
import type { Input } from './input.ts';
import { limitLateFrames } from './late-frames.ts';
import { carryOutput, WINDOW_BYTES } from './output.ts';
import type { Output } from './output.ts';
import { createReading } from './reading.ts';
import { limitUnreadAnswers } from './unread-answers.ts';

/**
 * Refusals that are told and forgiven, so that a window dragged to nothing, or a key pressed by who only looks on,
 * costs nobody the connection.
 */
const MAX_FORGIVEN = 16;

/** What is told beside the output and waits unread, in bytes: far more than there is for who reads at all. */
const MAX_UNREAD_TOLD = 256 * 1024;

interface Carried {
  input: Input;
  output: Output;
  frames: ReturnType<typeof createFrameCount>;
}

/**
 * Carries one terminal over one socket, from the first frame to the close. Its listeners are there
 * when this returns, so no frame is lost while `attach` takes the ticket and starts the shell.
 */
export function carryTerminal(options: {
  socket: WebSocket;
  attach: () => Promise<AttachedTerminal>;
  /** What users may send over all their sockets. */
  frames: Budgets;
  log: Log;
  contained: Contained;
}): void {
  const { socket, log, contained } = options;
  const reading = createReading(socket);
  /** Nothing that fails here may reach the shell, its other viewers, or the process. */
  const guarded = <A extends unknown[]>(listener: (...given: A) => unknown) =>
    guard({ contained, boundary: 'socket', fail: () => socket.terminate() }, listener);
  /** Frames that came in the same read as the handshake: bounded by it, since the socket is paused. */
  let early: (() => void)[] | undefined = [];
  /** To be detached once, whatever fails after it was attached. */
  let attached: AttachedTerminal | undefined;
  let carried: Carried | undefined;
  let over = false;
  let forgiven = 0;
  let unreadTold = 0;

  /** What others do is told however little is read: who reads nothing of it is cut off. */
  function tell(control: ServerControl): void {
    if (socket.readyState !== socket.OPEN) return;
    const frame = controlFrame(control);
    unreadTold += frame.length;
    if (unreadTold > MAX_UNREAD_TOLD) return socket.terminate();
    socket.send(frame, { binary: true }, () => (unreadTold -= frame.length));
  }

  /** Lets the terminal go; once. */
  function leave(): void {
    over = true;
    early = undefined;
    const terminal = attached;
    attached = undefined;
    carried?.input.stop();
    carried?.frames.stop();
    const taken = carried?.output.stop() ?? terminal?.start.offset ?? 0;
    carried = undefined;
    terminal?.detach(taken);
  }

  function close(code: number, reason: string): void {
    leave();
    reading.end();
    socket.close(code, reason);
  }

  function tellError({ code, message, details }: Fault, retry: boolean): void {
    tell({ type: 'error', code, message, details, retry });
  }

  function fail(error: unknown): void {
    if (over) return;
    const problem = toFault(error);
    if (problem.code === 'INTERNAL') log.error({ err: error }, 'a terminal socket failed');
    const code = closeCodes[problem.code];
    tellError(problem, isRetryable(code));
    close(code, problem.code);
  }

  function resize(terminal: AttachedTerminal, size: { rows: unknown; cols: unknown }): void {
    terminal.resize(size).catch((error: unknown) => {
      refuse(error);
    });
  }

  function refuse(error: unknown): void {
    if (over) return;
    const isForgiven = isFault(error, 'TERMINAL_SIZE_INVALID', 'TERMINAL_READ_ONLY');
    if (isForgiven && ++forgiven <= MAX_FORGIVEN) tellError(error, false);
    else fail(error);
  }

  function receive(data: Buffer, isBinary: boolean): void {
    if (over) return;
    if (!carried || !attached) {
      early?.push(() => receive(data, isBinary));
      return;
    }
    carried.frames.count();
    try {
      if (!isBinary) {
        throw fault('FRAME_INVALID', { problem: 'it is a text frame; all frames are binary' });
      }
      const frame = readClientFrame(data);
      if (frame.type === 'input') carried.input.write(frame.bytes);
      else if (frame.type === 'ack') carried.output.acknowledge(frame.offset);
      else resize(attached, frame);
    } catch (error) {
      refuse(error);
    }
  }

  function ended(end: TerminalOver): void {
    if (over || !carried) return;
    if (end === 'elsewhere') {
      fail(fault('TERMINAL_ELSEWHERE'));
      return;
    }
    carried.output.flush();
    // What could not be sent was told, and closed the socket.
    if (!carried) return;
    tell({ type: 'exit', code: end.exitCode ?? null });
    close(CLOSE_EXITED, 'exited');
  }

  function sayHello(terminal: AttachedTerminal): void {
    const { terminalId, viewer, start, size, durable, typed, recorded } = terminal;
    const { offset, live, snapshot } = start;
    tell({
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
    // Names of clients are no secret: another's client may have taken this one's.
    const seen = (viewer: Viewer) => {
      const { id, name, role } = viewer;
      return { id, name, role, you: viewer === terminal.viewer };
    };
    terminal.listen({
      onOutput: guarded(output.more),
      onViewers: guarded((viewers) => tell({ type: 'viewers', viewers: viewers.map(seen) })),
      onTyping: guarded(({ id, name }) => tell({ type: 'typing', viewer: id, name })),
      onSize: guarded(({ rows, cols }) => tell({ type: 'size', rows, cols })),
    });
  }

  function begin(terminal: AttachedTerminal): void {
    if (over) {
      terminal.detach(terminal.start.offset);
      return;
    }
    attached = terminal;
    sayHello(terminal);
    carried = {
      input: carryInput({ terminal, reading, onTyped: (offset) => tell({ type: 'typed', offset }) }),
      frames: createFrameCount({
        budgets: options.frames,
        account: () => terminal.viewer.userId,
        reading,
      }),
      output: carryOutput({ terminal, socket, onLost: () => fail(fault('TERMINAL_TOO_SLOW')) }),
    };
    listen(terminal, carried.output);
    carried.output.more();
    terminal.over.then(guarded(ended), guarded(fail));
    const waiting = early ?? [];
    early = undefined;
    socket.resume();
    for (const again of waiting) again();
  }

  limitUnreadAnswers(socket);
  limitLateFrames(socket);
  // Frames of the protocol itself take as long to read.
  for (const event of ['ping', 'pong'])
    socket.on(
      event,
      guarded(() => carried?.frames.count()),
    );
  socket.on('message', guarded(receive as (data: unknown, isBinary: boolean) => void));
  socket.on('close', guarded(leave));
  socket.pause();
  options.attach().then(guarded(begin), guarded(fail));
}
