import type { FastifyRequest } from 'fastify';
import type { EventBus } from '../events/event-bus.ts';
import type { PreviewHosts } from '../http/previews/preview-hosts.ts';
import type { Actor } from '../identity/actor.ts';
import type { GraphqlContext } from './context.ts';
import type { GraphqlServices } from './services.ts';
import { createLoaders } from './loaders.ts';
import { publicUrls } from './public-urls.ts';

/** What contexts are made of, the same for all requests. */
export interface ContextSource {
  services: GraphqlServices;
  events: Pick<EventBus, 'listen'>;
  publicUrl: string | undefined;
  previewHosts: Pick<PreviewHosts, 'origin'>;
}

/** The context of one operation that `request` asks for, on behalf of `actor`. */
export function createContext(
  { services, events, publicUrl, previewHosts }: ContextSource,
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
    log: request.log,
  };
  return context;
}
