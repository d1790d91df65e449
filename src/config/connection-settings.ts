import { z } from 'zod';

/** Settings of the connections that the service takes, WebSockets included. */
export const connectionSettings = {
  BERTH_MAX_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(10)
    .max(1_000_000)
    .default(10_000)
    .describe('Most connections at once, WebSockets included; more are closed at once.'),
  BERTH_MAX_CONNECTIONS_PER_CLIENT: z.coerce
    .number()
    .int()
    .min(10)
    .max(1_000_000)
    .default(5_000)
    .describe(
      'Most connections at once of one client address, WebSockets included; enough for a lecture of 300 behind one address. Behind a trusted proxy, most requests and WebSockets of one address that the proxy serves.',
    ),
  BERTH_BODY_TIMEOUT_SECONDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(30)
    .describe('Longest time to send the body of a request, uploads apart.'),
};

/** Limits of connections, typed. */
export interface ConnectionConfig {
  /** Open at once, in all and of one client address. */
  maxConnections: number;
  maxConnectionsPerClient: number;
  bodyTimeoutSeconds: number;
}

export function readConnectionSettings(value: {
  BERTH_MAX_CONNECTIONS: number;
  BERTH_MAX_CONNECTIONS_PER_CLIENT: number;
  BERTH_BODY_TIMEOUT_SECONDS: number;
}): ConnectionConfig {
  return {
    maxConnections: value.BERTH_MAX_CONNECTIONS,
    maxConnectionsPerClient: value.BERTH_MAX_CONNECTIONS_PER_CLIENT,
    bodyTimeoutSeconds: value.BERTH_BODY_TIMEOUT_SECONDS,
  };
}
