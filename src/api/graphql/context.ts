import type { FastifyRequest } from 'fastify';
import type { Contained } from '../../core/containment.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Actor } from '../../domains/identity/actor.ts';
import type { Log } from '../../core/log.ts';
import type { PreviewHosts } from '../shared/preview-hosts.ts';
import type { Loaders } from './loaders.ts';
import { createLoaders } from './loaders.ts';
import type { GraphqlServices } from './services.ts';

/** URLs in responses. */
export interface PublicUrls {
  /** Returns the URL of a sign-in link. */
  signIn(secret: string): string;
  /** Returns the URL of a terminal's socket: `ws://` or `wss://`. */
  terminal(terminalId: string): string;
  /** Returns the URL of a machine's files. `session` is a global id. */
  files(session: string, machine: string): string;
  /** Returns the URL of a recording's file, by the global id of the recording. */
  recording(id: string): string;
  /** Returns the URL of a path on the preview host of a port. @throws PREVIEWS_OFF */
  preview(label: string, path: string): string;
}

/** The context that every resolver receives. Each operation has its own. */
export interface GraphqlContext {
  /** The authenticated user. A subscription updates it for each event. */
  actor: Actor | undefined;
  services: GraphqlServices;
  loaders: Loaders;
  events: Pick<EventBus, 'listen'>;
  urls: PublicUrls;
  /** Checks the credentials again. @throws UNAUTHENTICATED, TOKEN_EXPIRED if they are no longer valid */
  authenticate: () => Promise<Actor | undefined>;
  requestId: string;
  /** Reports exceptions of resolvers. */
  contained: Contained;
  log: Log;
}

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
