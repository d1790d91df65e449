import { bitsOf, idOf } from '../../core/ids.ts';
import type { PreviewTarget } from './preview.ts';

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
