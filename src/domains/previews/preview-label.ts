import { bitsOf, idOf } from '../../core/ids.ts';
import type { PreviewTarget } from './preview.ts';

/** As the names of a lab's machines are. */
const MACHINE = /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/;
const PORT = /^[1-9]\d{0,4}$/;
const LAST_PORT = 65_535;
/** Digits of ids in host names: with more of them than ids have themselves, any machine's name fits beside them. */
const RADIX = 36;
const ID_BITS = 128n;

/**
 * The first label of a port's host name, `<session>-<machine>-<port>`. A label holds 63 characters:
 * the session's id is written with 24 digits in place of 26, so that there is room for the longest
 * name of a machine and the longest port.
 */
export function previewLabel({ sessionId, machine, port }: PreviewTarget): string {
  return `${bitsOf(sessionId).toString(RADIX)}-${machine}-${port}`;
}

/** What a label stands for; undefined for one that {@link previewLabel} never makes. */
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

/** Whether a number is that of a port. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= LAST_PORT;
}

function readBits(digits: string): bigint {
  let bits = 0n;
  for (const digit of digits) bits = bits * BigInt(RADIX) + BigInt(Number.parseInt(digit, RADIX));
  return bits;
}
