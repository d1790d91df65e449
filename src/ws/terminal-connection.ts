import type { WebSocket } from '@fastify/websocket';
import { fault, isFault } from '../errors.ts';
import type { Fault } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AttachedTerminal } from '../terminals/terminal.ts';
import { CLOSE_EXITED, closeCodes, isRetryable, toFault } from './close-codes.ts';
import { controlFrame, readClientFrame } from './frames.ts';
import type { ServerControl } from './frames.ts';
import { carryInput } from './input.ts';
import type { Input } from './input.ts';
import { carryOutput, WINDOW_BYTES } from './output.ts';
import type { Output } from './output.ts';
import { limitUnreadAnswers } from './unread-answers.ts';

/** Sizes a terminal can not have that are answered and forgiven, so that a window dragged to nothing costs nobody a shell. */
const MAX_REFUSED_SIZES = 16;

interface Carried {
  terminal: AttachedTerminal;
  input: Input;
  output: Output;
}

/**
 * Carries one terminal over one socket, from the first frame to the close. Its listeners are there
 * when this returns, so no frame is lost while `attach` takes the ticket and starts the shell.
 */
export function carryTerminal(options: {
  socket: WebSocket;
  attach: () => Promise<AttachedTerminal>;
  log: Log;
}): void {
  const { socket, log } = options;
  /** Frames that came in the same read as the handshake: bounded by it, since the socket is paused. */
  let early: (() => void)[] | undefined = [];
  let carried: Carried | undefined;
  let over = false;
  let refusedSizes = 0;

  function tell(control: ServerControl): void {
    if (socket.readyState === socket.OPEN) socket.send(controlFrame(control), { binary: true });
  }

  /** Lets the terminal go; once. */
  function leave(): void {
    over = true;
    early = undefined;
    if (!carried) return;
    const { terminal, output } = carried;
    carried = undefined;
    output.stop();
    release(terminal);
  }

  function release(terminal: AttachedTerminal): void {
    terminal.detach().catch((error: unknown) => {
      log.error({ err: error, terminalId: terminal.terminalId }, 'a shell could not be ended');
    });
  }

  function close(code: number, reason: string): void {
    leave();
    // The close is answered by a frame that must be read.
    socket.resume();
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
      if (over) return;
      if (!isFault(error, 'TERMINAL_SIZE_INVALID') || ++refusedSizes > MAX_REFUSED_SIZES) {
        fail(error);
        return;
      }
      tellError(error, false);
    });
  }

  function receive(data: Buffer, isBinary: boolean): void {
    if (over) return;
    if (!carried) {
      early?.push(() => receive(data, isBinary));
      return;
    }
    try {
      if (!isBinary) {
        throw fault('FRAME_INVALID', { problem: 'it is a text frame; all frames are binary' });
      }
      const frame = readClientFrame(data);
      if (frame.type === 'input') carried.input.write(frame.bytes);
      else if (frame.type === 'ack') carried.output.acknowledge(frame.offset);
      else resize(carried.terminal, frame);
    } catch (error) {
      fail(error);
    }
  }

  function exited(exitCode: number | undefined): void {
    if (over || !carried) return;
    carried.output.flush();
    tell({ type: 'exit', code: exitCode ?? null });
    close(CLOSE_EXITED, 'exited');
  }

  function begin(terminal: AttachedTerminal): void {
    if (over) {
      release(terminal);
      return;
    }
    const { stream, terminalId, size } = terminal;
    tell({ type: 'hello', terminal: terminalId, offset: 0, window: WINDOW_BYTES, ...size });
    const onActivity = () => terminal.touch();
    carried = {
      terminal,
      input: carryInput({ stream, socket, onActivity }),
      output: carryOutput({ stream, socket, onActivity }),
    };
    // Also after the terminal was let go: an error that nobody listens to would end the process.
    stream.on('error', (error) => fail(fault('ENGINE_UNREACHABLE', {}, error)));
    terminal.exited.then(exited, fail);
    const waiting = early ?? [];
    early = undefined;
    socket.resume();
    for (const again of waiting) again();
  }

  limitUnreadAnswers(socket);
  socket.on('message', receive as (data: unknown, isBinary: boolean) => void);
  socket.on('close', leave);
  socket.pause();
  options.attach().then(begin, fail);
}
