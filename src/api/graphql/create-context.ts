import type { FastifyRequest } from 'fastify';
import type { Contained } from '../../core/containment.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { PreviewHosts } from '../http/previews/preview-hosts.ts';
import type { Actor } from '../../domains/identity/actor.ts';
import type { GraphqlContext } from './context.ts';
import type { GraphqlServices } from './services.ts';
import { createLoaders } from './loaders.ts';
import { publicUrls } from './public-urls.ts';

/** The parts of a context that all requests share. */
export interface ContextSource {
  services: GraphqlServices;
  contained: Contained;
  events: Pick<EventBus, 'listen'>;
  publicUrl: string | undefined;
  previewHosts: Pick<PreviewHosts, 'origin'>;
}

/** The context of one operation that `request` asks for, on behalf of `actor`. */
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
