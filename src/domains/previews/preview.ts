import type { Duplex } from 'node:stream';
import type { Actor } from '../identity/actor.ts';
import type { LabPort } from '../labs/lab.ts';

/** A port of a machine in a session, which has its own preview address. */
export interface PreviewTarget {
  sessionId: string;
  machine: string;
  port: number;
}

/** A grant that opens a port in one browser, once, within a minute. */
export interface PreviewGrant {
  target: PreviewTarget;
  /** First label of the port's host name; see preview-label.ts. */
  label: string;
  secret: string;
}

/** A pass that a browser presents with each request to one port. */
export interface PreviewPass {
  secret: string;
  expiresAt: Date;
}

/** A port that a user can currently access. */
export interface AccessiblePort extends PreviewTarget {
  /** The container id. */
  machineId: string;
  learnerId: string;
  /** The user who opened it, with their current rights. */
  opener: Actor;
  /** Hash of the credential that opened it. */
  openedWith: string;
}

/** Access to ports of machines in the browser. */
export interface PreviewService {
  /**
   * Creates a grant for a port of a machine that the actor may enter.
   * @throws INPUT_INVALID, SESSION_NOT_FOUND, SESSION_NOT_READY, MACHINE_NOT_FOUND, FORBIDDEN
   */
  open(actor: Actor | undefined, target: PreviewTarget): Promise<PreviewGrant>;

  /**
   * Redeems a grant for exactly this port.
   * @throws PREVIEW_REFUSED
   */
  enter(target: PreviewTarget, grant: string): Promise<PreviewPass>;

  /**
   * Returns the port for a client with one of these pass secrets, if its user may enter the machine. The result is
   * cached for seconds; a change of the user or session clears it immediately.
   * @throws PREVIEW_REFUSED, SESSION_NOT_READY, SESSION_NOT_FOUND, MACHINE_NOT_FOUND, FORBIDDEN
   */
  reach(target: PreviewTarget, secrets: readonly string[]): Promise<AccessiblePort>;

  /**
   * Registers an open connection until the returned function is called. `end` is called when its user loses access.
   * @throws PREVIEW_LIMIT
   */
  hold(port: AccessiblePort, end: () => void): () => void;

  /**
   * Connects to the port in the machine.
   * @throws PORT_CLOSED, MACHINE_NOT_RUNNING, GATEWAY_UNAVAILABLE, ENGINE_UNREACHABLE
   */
  connect(port: Pick<AccessiblePort, 'sessionId' | 'machineId' | 'port'>): Promise<Duplex>;

  /** Records activity in the session. Cheap. */
  touch(sessionId: string): void;

  /** Returns the first label of a port's host name. */
  label(target: PreviewTarget): string;

  /** Returns the ports that the lab declares for a machine; none if that lab version no longer exists. */
  declared(machine: { labSlug: string; labVersion: string; name: string }): LabPort[];
}
