import type { Duplex } from 'node:stream';
import { bitsOf, idOf } from '../../core/ids.ts';
import type { Actor } from '../identity/actor.ts';
import type { LabPort } from '../labs/lab.ts';

/** A port of a machine in a session, which has its own preview address. */
export interface PreviewTarget {
  sessionId: string;
  machine: string;
  port: number;
}

/** A grant that opens a port in one browser, once, within a minute. */
interface PreviewGrant {
  target: PreviewTarget;
  /** First label of the port's host name; see {@link previewLabel}. */
  label: string;
  secret: string;
}

/** A pass that a browser presents with each request to one port. */
interface PreviewPass {
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
  authorize(target: PreviewTarget, secrets: readonly string[]): Promise<AccessiblePort>;

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

/** The same pattern as machine names in labs. */
const MACHINE = /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/;
const PORT = /^[1-9]\d{0,4}$/;
const LAST_PORT = 65_535;
/** Base of ids in host names: a base larger than that of the ids themselves leaves space for any machine name. */
const RADIX = 36;
const ID_BITS = 128n;

/**
 * Returns the first label of a port's host name, `<session>-<machine>-<port>`. A label has at most 63 characters: the
 * session's id takes 25 of them instead of 26, so the longest machine name and port fit.
 */
export function previewLabel({ sessionId, machine, port }: PreviewTarget): string {
  return `${bitsOf(sessionId).toString(RADIX)}-${machine}-${port}`;
}

/** Parses a label; undefined for one that {@link previewLabel} never returns. */
export function parsePreviewLabel(label: string): PreviewTarget | undefined {
  const first = label.indexOf('-');
  const last = label.lastIndexOf('-');
  if (first < 1 || last === first) return undefined;
  const [session, machine, port] = [
    label.slice(0, first),
    label.slice(first + 1, last),
    label.slice(last + 1),
  ];
  if (!/^[a-z0-9]{1,25}$/.test(session) || !MACHINE.test(machine) || !PORT.test(port)) return undefined;
  const bits = readBits(session);
  if (bits >> ID_BITS !== 0n || Number(port) > LAST_PORT) return undefined;
  const target = { sessionId: idOf(bits), machine, port: Number(port) };
  return previewLabel(target) === label ? target : undefined;
}

/** Returns whether a number is a valid port. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= LAST_PORT;
}

function readBits(digits: string): bigint {
  let bits = 0n;
  for (const digit of digits) bits = bits * BigInt(RADIX) + BigInt(Number.parseInt(digit, RADIX));
  return bits;
}
