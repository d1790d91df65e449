import { Agent } from 'node:http';
import type { AgentOptions, ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PreviewService } from '../../../domains/previews/preview.ts';

/** Idle connections kept to one port: what a browser opens to one host. */
const IDLE_CONNECTIONS = 6;
/** How long they are kept, in milliseconds. Servers keep them longer, save for Node's own of five seconds: less than that. */
const IDLE_MS = 4_000;

/** What a request through the agent says beside the usual. */
export interface MachineRequest extends ClientRequestArgs {
  sessionId: string;
  machineId: string;
  port: number;
}

/**
 * Connections of Node's own HTTP client into machines, kept for a while: opening one costs an exec on
 * the engine. That client takes any stream as a connection, and its parser is strict; a proxy library
 * wants an address to connect to.
 */
export class MachineAgent extends Agent {
  readonly #connect: PreviewService['connect'];
  readonly #idle = new WeakMap<Duplex, () => void>();

  constructor(connect: PreviewService['connect'], { keepAlive }: { keepAlive: boolean }) {
    super({ keepAlive, maxFreeSockets: IDLE_CONNECTIONS, scheduling: 'lifo' });
    this.#connect = connect;
  }

  override getName(options?: AgentOptions & Partial<MachineRequest>): string {
    return `${options?.machineId} ${options?.port}`;
  }

  override createConnection(
    options: ClientRequestArgs,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    void this.#open(options as MachineRequest, done);
    return undefined;
  }

  async #open(target: MachineRequest, done: ((error: Error | null, stream: Duplex) => void) | undefined) {
    let stream: Duplex;
    try {
      stream = await this.#connect(target);
    } catch (error) {
      done?.(error as Error, undefined as never);
      return;
    }
    // A server that ends its side wants no more.
    stream.once('end', () => stream.end());
    done?.(null, stream);
  }

  override keepSocketAlive(stream: Duplex): boolean {
    const hangUp = () => stream.destroy();
    const timer = setTimeout(hangUp, IDLE_MS);
    // What comes unasked is an answer to nothing, and never to the next request.
    stream.on('data', hangUp);
    this.#idle.set(stream, () => {
      clearTimeout(timer);
      stream.off('data', hangUp);
    });
    stream.once('close', () => clearTimeout(timer));
    return true;
  }

  override reuseSocket(stream: Duplex): void {
    this.#idle.get(stream)?.();
    this.#idle.delete(stream);
  }
}
