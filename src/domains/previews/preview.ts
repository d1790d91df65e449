import type { Duplex } from 'node:stream';
import type { Actor } from '../identity/actor.ts';
import type { LabPort } from '../labs/lab.ts';

/** A port of a machine of a session: what has a preview address of its own. */
export interface PreviewTarget {
  sessionId: string;
  machine: string;
  port: number;
}

/** What opens a port in one browser, once, within a minute. */
export interface PreviewGrant {
  target: PreviewTarget;
  /** First label of the port's host name; see preview-label.ts. */
  label: string;
  secret: string;
}

/** What a browser shows with each request to one port. */
export interface PreviewPass {
  secret: string;
  expiresAt: Date;
}

/** A port that somebody may reach now. */
export interface ReachedPort extends PreviewTarget {
  /** The engine's handle. */
  machineId: string;
  learnerId: string;
  /** Who opened it, with what they may now. */
  opener: Actor;
  /** Hash of the credential by which it was opened. */
  openedWith: string;
}

/** Ports of machines in the browser: who may see them, and the way into the machine. */
export interface PreviewService {
  /** Makes a grant for a port of a machine that the actor may enter. @throws INPUT_INVALID, SESSION_NOT_FOUND, SESSION_NOT_READY, MACHINE_NOT_FOUND, FORBIDDEN */
  open(actor: Actor | undefined, target: PreviewTarget): Promise<PreviewGrant>;

  /** Uses a grant of this very port up. @throws PREVIEW_REFUSED */
  enter(target: PreviewTarget, grant: string): Promise<PreviewPass>;

  /**
   * The port, for a client with one of these secrets of passes, as long as its user may enter the machine.
   * What is asked again within seconds is remembered; a change of user or session is met at once.
   * @throws PREVIEW_REFUSED, SESSION_NOT_READY, SESSION_NOT_FOUND, MACHINE_NOT_FOUND, FORBIDDEN
   */
  reach(target: PreviewTarget, secrets: readonly string[]): Promise<ReachedPort>;

  /**
   * Notes a connection that is open from now until the returned function is called; `end` is called
   * when its opener may no longer be there. @throws PREVIEW_LIMIT
   */
  hold(port: ReachedPort, end: () => void): () => void;

  /** A connection into the machine. @throws PORT_CLOSED, MACHINE_NOT_RUNNING, GATEWAY_UNAVAILABLE, ENGINE_UNREACHABLE */
  connect(port: Pick<ReachedPort, 'sessionId' | 'machineId' | 'port'>): Promise<Duplex>;

  /** Notes that the session was used. Cheap. */
  touch(sessionId: string): void;

  /** First label of a port's host name. */
  label(target: PreviewTarget): string;

  /** Ports that the session's lab declares for a machine; none where that version of the lab is gone. */
  declared(machine: { labSlug: string; labVersion: string; name: string }): LabPort[];
}
