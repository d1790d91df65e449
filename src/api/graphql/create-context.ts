import type { FastifyRequest } from 'fastify';
import type { Contained } from '../../core/containment.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { PreviewHosts } from '../shared/preview-hosts.ts';
import type { Actor } from '../../domains/identity/actor.ts';
import type { GraphqlContext, PublicUrls } from './context.ts';
import type { GraphqlServices } from './services.ts';
import { createLoaders } from './loaders.ts';

/** The parts of a context that all requests share. */
export interface ContextSource {
  services: GraphqlServices;
  contained: Contained;
  events: Pick<EventBus, 'listen'>;
  publicUrl: string | undefined;
  previewHosts: Pick<PreviewHosts, 'origin'>;
}

/** Creates the context of one operation of `request`, on behalf of `actor`. */
export function createContext(
  { services, contained, events, publicUrl, previewHosts }: ContextSource,
  request: FastifyRequest,
  actor: Actor | undefined,
  authenticate: () => Promise<Actor | undefined>,
): GraphqlContext {
  const context: GraphqlContext = {
    actor,
    services,
    events,
    authenticate,
    loaders: createLoaders(services, () => context.actor),
    urls: publicUrls(request, { publicUrl, previewHosts }),
    requestId: request.id,
    contained,
    log: request.log,
  };
  return context;
}

/** Creates URLs from the public address or, if none is set, from the host of the request. */
function publicUrls(
  request: FastifyRequest,
  { publicUrl, previewHosts }: { publicUrl: string | undefined; previewHosts: Pick<PreviewHosts, 'origin'> },
): PublicUrls {
  const base = publicUrl ?? `${request.protocol}://${request.host}`;
  return {
    signIn: (secret) => `${base}/sign-in/${secret}`,
    terminal: (id) => `${base.replace(/^http/, 'ws')}/ws/terminals/${id}`,
    files: (session, machine) =>
      `${base}/api/v1/sessions/${session}/machines/${encodeURIComponent(machine)}/files`,
    recording: (id) => `${base}/api/v1/recordings/${id}.cast`,
    preview: (label, path) => previewHosts.origin(label, request.host) + path,
  };
}
