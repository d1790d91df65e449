import { createClient as createSocket } from 'graphql-ws';
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from 'urql';
import { retryDelay } from './retry.ts';

/** Creates a client for the service that served this page. The browser's session cookie authenticates it. */
export function createApiClient(): Client {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = createSocket({
    url: `${scheme}://${location.host}/graphql`,
    // A page that was open overnight reconnects when the service or the laptop is available again.
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: (tries) => new Promise((resolve) => setTimeout(resolve, retryDelay(tries))),
  });
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    exchanges: [
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.subscribe({ ...request, query: request.query ?? '' }, sink),
          }),
        }),
      }),
    ],
  });
}
