import { catalogue } from './error-catalogue.ts';
import { filled } from './plain-text.ts';

/** Code of an error, as in `extensions.code`, in problem responses and in close reasons. */
export type FaultCode = keyof typeof catalogue;

/** Values that fill a message. Clients receive them too, so they must not contain secrets. */
export type FaultDetails = Record<string, string | number | boolean>;

/** An error of the catalogue, safe to show to the user who caused it. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly status: number;
  readonly details: FaultDetails;

  constructor(code: FaultCode, details: FaultDetails = {}, options?: ErrorOptions) {
    super(filled(catalogue[code][1], details), options);
    this.name = 'Fault';
    this.code = code;
    this.status = catalogue[code][0];
    this.details = details;
  }
}

/** Why something failed or ended automatically: the storable part of a fault. */
export type Reason = Pick<Fault, 'code' | 'message' | 'details'>;

/** Creates the error `code` with its message filled from `details`. Only the log shows `cause`. */
export function fault(code: FaultCode, details: FaultDetails = {}, cause?: unknown): Fault {
  return new Fault(code, details, cause === undefined ? undefined : { cause });
}

/** Returns whether `error` is a fault and, if `codes` are given, has one of them. */
export function isFault(error: unknown, ...codes: FaultCode[]): error is Fault {
  return error instanceof Fault && (codes.length === 0 || codes.includes(error.code));
}

/** All codes, for the docs, and for tests that check that each is mapped. */
export const faultCodes = Object.keys(catalogue) as FaultCode[];
