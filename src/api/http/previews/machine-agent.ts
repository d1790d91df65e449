import { Agent } from 'node:http';
import type { AgentOptions, ClientRequest, ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PreviewService } from '../../../domains/previews/preview.ts';

/** Maximum number of idle connections to one port: as many as a browser opens to one host. */
const IDLE_CONNECTIONS = 6;
/**
 * Maximum idle time of a connection in milliseconds: less than the shortest usual keep-alive of servers, Node's five
 * seconds.
 */
const IDLE_MS = 4_000;

/** Options of a request through the agent, in addition to Node's. */
export interface MachineRequest extends ClientRequestArgs {
  sessionId: string;
  machineId: string;
  port: number;
}

/**
 * Pools connections into machines for Node's HTTP client, because each new one costs an exec on the engine. That client
 * accepts any stream as a connection and has a strict parser. A proxy library would need an address to connect to.
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
    // A server that ends its side does not expect further requests.
    stream.once('end', () => stream.end());
    done?.(null, stream);
  }

  override keepSocketAlive(stream: Duplex): boolean {
    const hangUp = () => stream.destroy();
    const timer = setTimeout(hangUp, IDLE_MS);
    const endIdle = () => {
      clearTimeout(timer);
      stream.off('data', hangUp);
      stream.off('close', endIdle);
    };
    // Unexpected data must never become the response to the next request.
    stream.on('data', hangUp);
    stream.on('close', endIdle);
    this.#idle.set(stream, endIdle);
    return true;
  }

  override reuseSocket(stream: Duplex, request: ClientRequest): void {
    this.#idle.get(stream)?.();
    this.#idle.delete(stream);
    // Node marks the request as reusing a connection, removes its own listener, and calls `ref`, which only sockets have.
    super.reuseSocket(Object.assign(stream, { ref: () => stream }), request);
  }
}
