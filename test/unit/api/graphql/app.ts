import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import type { Test } from 'tap';
import { createContained } from '../../../../src/core/containment.ts';
import { fault } from '../../../../src/core/errors.ts';
import { registerGraphql } from '../../../../src/api/graphql/graphql.ts';
import type { QueryBudget } from '../../../../src/api/graphql/limits/query-budget.ts';
import type { ConnectionCount } from '../../../../src/api/graphql/subscriptions/counts.ts';
import { addAuthentication } from '../../../../src/api/http/sign-in/authentication.ts';
import { addProblems } from '../../../../src/api/http/problem.ts';
import { createPreviewHosts } from '../../../../src/api/shared/preview-hosts.ts';
import { createSessionCookie } from '../../../../src/api/shared/credentials.ts';
import { createCredentialWatch } from '../../../../src/domains/identity/credential-watch.ts';
import { websocketOptions } from '../../../../src/api/ws/websocket-options.ts';
import { quietLog } from '../../../kit/basics/quiet-log.ts';
import { createServices } from './services.ts';
import { createWorld } from './world.ts';

export interface Answer {
  status: number;
  data?: Record<string, never> | null;
  errors?: (GraphQLFormattedError & { extensions: { code: string; requestId: string } })[];
}

/** Starts the transport on its own port, with services in memory. The secret of a token is the name of its user. */
export async function startApp(
  t: Test,
  options: {
    development?: boolean;
    publicUrl?: string;
    log?: { write(line: string): void };
    budget?: QueryBudget;
    connections?: ConnectionCount;
  } = {},
) {
  const world = createWorld();
  const services = createServices(world);
  const publicUrl = options.publicUrl;
  const authentication = {
    async byToken(secret: string) {
      const actor = world.actors.get(secret);
      if (!actor) throw fault('UNAUTHENTICATED');
      return actor;
    },
    byWebSession: async (secret: string) => world.actors.get(secret.replace('cookie-', '')),
  };
  const credentials = createCredentialWatch({
    authentication: {
      actorOf: async (userId) => world.actors.get(userId),
      byCredential: async (hash) => [...world.actors.values()].find(({ credential }) => credential === hash),
    },
    events: world.events,
    log: quietLog(),
  });
  t.teardown(() => credentials.close());
  const cookie = createSessionCookie({ publicUrl });
  const app = Fastify({ logger: options.log ? { stream: options.log } : false });
  const counted: string[] = [];
  const count = (boundary: string) => void counted.push(boundary);
  addProblems(app, { count });
  await addAuthentication(app, { authentication, cookie, publicUrl });
  await app.register(websocket, websocketOptions);
  await registerGraphql(app, {
    services,
    contained: createContained({ log: app.log, count }),
    ...(options.budget && { budget: options.budget }),
    ...(options.connections && { connections: options.connections }),
    events: world.events,
    authentication,
    credentials,
    cookie,
    publicUrl,
    previewHosts: createPreviewHosts({ previewDomain: 'preview.localhost', publicUrl }),
    allowedOrigins: [],
    development: options.development ?? false,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(() => app.close());
  const { port } = app.server.address() as { port: number };
  const url = `http://127.0.0.1:${port}/graphql`;

  async function ask(
    as: string | undefined,
    query: string,
    variables?: Record<string, unknown>,
    more: Record<string, unknown> = {},
  ): Promise<Answer> {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(as !== undefined && { authorization: `Bearer ${as}` }),
      },
      body: JSON.stringify({ query, variables, ...more }),
    });
    return { status: response.status, ...((await response.json()) as object) };
  }

  return { ...world, credentials, services, app, url, port, ask, counted };
}

export function codes(answer: Answer): string[] {
  return (answer.errors ?? []).map(({ extensions }) => extensions.code);
}
