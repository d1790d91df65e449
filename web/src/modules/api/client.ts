import { createClient as createSocket } from 'graphql-ws';
import { cacheExchange, Client, fetchExchange, subscriptionExchange } from 'urql';

/** Talks to the service this page came from, with the browser's session cookie. */
export function createApiClient(): Client {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  const socket = createSocket({
    url: `${scheme}://${location.host}/graphql`,
    // A service that restarts is back within a minute; each try waits longer than the one before.
    retryAttempts: 12,
    shouldRetry: () => true,
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
