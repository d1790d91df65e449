import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import type { Client, FormattedExecutionResult } from 'graphql-ws';
import type { Test } from 'tap';
import { WebSocket } from 'ws';
import type { ClientOptions } from 'ws';
import { toGlobalId } from '../../../../src/api/shared/global-id.ts';

export const changed = 'subscription ($id: ID!) { sessionChanged(id: $id) { id state } }';
export const finished = 'subscription ($id: ID!) { checkFinished(session: $id) { stepId passed } }';
export const id = toGlobalId('Session', 'session-1');

interface Connected {
  client: Client;
  closed: Promise<{ code: number; reason: string }>;
}

export function connect(
  t: Test,
  url: string,
  payload: Record<string, unknown>,
  headers?: Record<string, string>,
): Connected {
  const { promise: closed, resolve } = deferred<{ code: number; reason: string }>();
  class Socket extends WebSocket {
    constructor(address: string, protocol: string) {
      super(address, protocol, { headers });
    }
  }
  const client = createClient({
    url: url.replace('http', 'ws'),
    connectionParams: payload,
    webSocketImpl: Socket,
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => {},
    on: { closed: (event) => resolve(event as { code: number; reason: string }) },
  });
  t.teardown(() => client.dispose());
  return { client, closed };
}

export function deferred<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** A subscription whose values are read one at a time; `next` resolves to undefined after it completes. */
export function subscribe({ client }: Connected, query: string, variables: Record<string, unknown> = { id }) {
  const values = client.iterate({ query, variables });
  return {
    async next(): Promise<FormattedExecutionResult | undefined> {
      const { value } = await values.next();
      return value as FormattedExecutionResult | undefined;
    },
    async stop() {
      await values.return?.();
    },
  };
}

/** A socket without a graphql-ws client. */
/** Opens a socket. A flood needs `options` without a mask, because masks take most of its processor time. */
export async function open(url: string, options: ClientOptions = {}): Promise<WebSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws', options);
  await once(socket, 'open');
  return socket;
}

export async function until(condition: () => boolean): Promise<void> {
  for (let time = 0; time < 200 && !condition(); time++) await new Promise((done) => setTimeout(done, 5));
}
