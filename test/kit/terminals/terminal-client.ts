import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';

/** Control frames of the server, as received. */
export type Control = { type: string } & Record<string, unknown>;

export interface Closed {
  code: number;
  reason: string;
}

/** Maximum output to keep, in bytes. Tests look at the end of it. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** Output between two acknowledgements, in bytes. */
const ACKNOWLEDGE_EVERY = 64 * 1024;

/** Polling interval in milliseconds. */
const LOOK_EVERY_MS = 10;

/** A client of the terminal protocol for tests and benchmarks, written from its documentation only. */
export class TerminalClient {
  readonly socket: WebSocket;
  readonly controls: Control[] = [];
  /** Output bytes received in total. */
  received = 0;
  /** The snapshot that drew the initial screen. */
  snapshot = Buffer.alloc(0);
  closed: Closed | undefined;
  #output: Buffer[] = [];
  #kept = 0;
  #acknowledges: boolean;
  #acknowledged = 0;

  constructor(url: string, protocols: string[], options: ClientOptions & { acknowledge?: boolean } = {}) {
    const { acknowledge = true, ...rest } = options;
    this.#acknowledges = acknowledge;
    this.socket = new WebSocket(url, protocols, { perMessageDeflate: false, ...rest });
    this.socket.on('message', (data: Buffer) => this.#receive(data));
    this.socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    // An 'error' is followed by a 'close', which tests check.
    this.socket.on('error', () => undefined);
  }

  /** Opens the terminal's socket with its ticket, without waiting. */
  static connect(
    opened: { url: string; ticket: string },
    options: ClientOptions & { acknowledge?: boolean } = {},
  ): TerminalClient {
    return new TerminalClient(opened.url, ['berth.terminal.v1', `berth.ticket.${opened.ticket}`], options);
  }

  /** All kept output as a reader sees it: without colours and other sequences, with line feeds as line ends. */
  get text(): string {
    // oxlint-disable-next-line no-control-regex -- the escape character itself is what is looked for
    return this.bytes.toString().replaceAll(/\x1b\[[0-9;?]*[A-Za-z]|\r/g, '');
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#output);
  }

  /** Discards the output so far, so that the next `expect` only sees later output. */
  forget(): void {
    this.#output = [];
    this.#kept = 0;
  }

  send(input: string | Buffer): void {
    this.raw(Buffer.concat([Buffer.of(0), Buffer.from(input)]));
  }

  control(control: unknown): void {
    this.raw(Buffer.concat([Buffer.of(1), Buffer.from(JSON.stringify(control))]));
  }

  /** Sends a frame unchanged. A string becomes a text frame. */
  raw(frame: Buffer | string): void {
    this.socket.send(frame);
  }

  resize(rows: unknown, cols: unknown): void {
    this.control({ type: 'resize', rows, cols });
  }

  acknowledge(offset = this.received): void {
    this.control({ type: 'ack', offset });
  }

  /** Waits until the output contains `what`. Returns all output so far. */
  async expect(what: string | RegExp, withinMs = 15_000): Promise<string> {
    const found = () => (typeof what === 'string' ? this.text.includes(what) : what.test(this.text));
    await this.#until(found, withinMs, `output with ${String(what)}`);
    return this.text;
  }

  /** Waits for a control frame of `type`. Returns each one once. */
  async expectControl(type: string, withinMs = 15_000): Promise<Control> {
    const place = () => this.controls.findIndex((control) => control.type === type);
    await this.#until(() => place() >= 0, withinMs, `a control frame "${type}"`);
    const [control] = this.controls.splice(place(), 1);
    return control as Control;
  }

  async expectClosed(withinMs = 15_000): Promise<Closed> {
    await this.#until(() => this.closed !== undefined, withinMs, 'the close of the socket');
    return this.closed as Closed;
  }

  /** Closes the socket, as a closed browser tab does. */
  async close(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }

  async #until(done: () => boolean, withinMs: number, what: string): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!done()) {
      if (Date.now() > deadline || (this.closed && what !== 'the close of the socket')) {
        const end = this.closed ? `closed with ${this.closed.code} ${this.closed.reason}` : 'still open';
        throw new Error(
          `no ${what} came; the socket is ${end}; controls ${JSON.stringify(this.controls)}; output ends ${JSON.stringify(this.text.slice(-500))}`,
        );
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  #receive(frame: Buffer): void {
    if (frame[0] === 1) {
      const control = JSON.parse(frame.subarray(1).toString()) as Control;
      this.controls.push(control);
      if (control.type === 'hello' && this.#acknowledges) this.acknowledge();
      return;
    }
    if (frame[0] === 2) this.snapshot = Buffer.concat([this.snapshot, frame.subarray(1)]);
    if (frame[0] !== 0) return;
    const bytes = frame.subarray(1);
    this.received += bytes.length;
    this.#output.push(bytes);
    this.#kept += bytes.length;
    while (this.#kept > KEPT_BYTES) this.#kept -= this.#output.shift()?.length ?? 0;
    if (!this.#acknowledges || this.received - this.#acknowledged < ACKNOWLEDGE_EVERY) return;
    this.#acknowledged = this.received;
    if (this.socket.readyState === WebSocket.OPEN) this.acknowledge();
  }
}
