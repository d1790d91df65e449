import type { Contained } from '../../core/containment.ts';
import type { EventBus } from '../../infra/bus/event-bus.ts';
import type { Actor } from '../../domains/identity/actor.ts';
import type { Log } from '../../core/log.ts';
import type { Loaders } from './loaders.ts';
import type { GraphqlServices } from './services.ts';

/** Addresses that answers give out. */
export interface PublicUrls {
  /** Where a browser uses up a sign-in link. */
  signIn(secret: string): string;
  /** Where a terminal's socket is: `ws://` or `wss://`. */
  terminal(terminalId: string): string;
  /** Where the files of a machine are; `session` is its global id. */
  files(session: string, machine: string): string;
  /** Where the file of a recording is, by its global id. */
  recording(id: string): string;
  /** A path at the host of a port. @throws PREVIEWS_OFF */
  preview(label: string, path: string): string;
}

/** What every resolver gets: who asks, and what may be called. One for each operation. */
export interface GraphqlContext {
  /** Who asks. A subscription sets it anew for each event. */
  actor: Actor | undefined;
  services: GraphqlServices;
  loaders: Loaders;
  events: Pick<EventBus, 'listen'>;
  urls: PublicUrls;
  /** Reads the credentials again. @throws UNAUTHENTICATED, TOKEN_EXPIRED when they are no longer good */
  authenticate: () => Promise<Actor | undefined>;
  requestId: string;
  /** Reports exceptions of resolvers. */
  contained: Contained;
  log: Log;
}
