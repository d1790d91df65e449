import { fault } from '../../errors.ts';

/** The gateway's place, which the engine keeps free even where the bridge has no address. */
const FIRST_MACHINE = 2;

/** Addresses for `count` machines of `subnet` (CIDR), in order. @throws INPUT_INVALID when they do not fit */
export function machineAddresses(subnet: string, count: number): string[] {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(subnet);
  const [a = 0, b = 0, c = 0, d = 0, bits = 33] = match?.slice(1).map(Number) ?? [];
  if (bits > 30 || [a, b, c, d].some((byte) => byte > 255)) {
    throw fault('INPUT_INVALID', { problem: `"${subnet}" is no IPv4 subnet in CIDR form` });
  }
  const size = 2 ** (32 - bits);
  const base = Math.floor((((a * 256 + b) * 256 + c) * 256 + d) / size) * size;
  if (count > size - FIRST_MACHINE - 1) {
    throw fault('INPUT_INVALID', { problem: `${count} machines do not fit into ${subnet}` });
  }
  return Array.from({ length: count }, (_, index) => dotted(base + FIRST_MACHINE + index));
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
