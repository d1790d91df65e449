import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no letters that are taken for digits or for each other. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const RANDOM_BYTES = 10;
/** 26 digits of 5 bits hold the 128 bits of time and chance. */
const LENGTH = 26;

/**
 * A new id: opaque to clients, 48 bits of time (milliseconds) before 80 random ones, so that ids
 * sort by the time they were made and rows land at the end of an index.
 */
export function newId(at: Date = new Date()): string {
  return idOf((BigInt(at.getTime()) << 80n) | BigInt(`0x${randomBytes(RANDOM_BYTES).toString('hex')}`));
}

/** The id that stands for these 128 bits. */
export function idOf(bits: bigint): string {
  let id = '';
  for (let digit = LENGTH - 1; digit >= 0; digit--) {
    id += ALPHABET[Number((bits >> BigInt(digit * 5)) & 31n)];
  }
  return id;
}

/** The 128 bits of an id. */
export function bitsOf(id: string): bigint {
  let bits = 0n;
  for (const digit of id) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(digit));
  return bits;
}
