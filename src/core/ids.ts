import { randomBytes } from 'node:crypto';

/** Crockford's base 32, without letters that look like digits or like each other. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const RANDOM_BYTES = 10;
/** 26 digits of 5 bits hold the 128 bits of time and randomness. */
const LENGTH = 26;

/**
 * Creates an id, which is opaque to clients. It has 48 bits of time (milliseconds) before 80 random bits, so ids sort by
 * their time of creation, and new rows are at the end of an index.
 */
export function newId(at: Date = new Date()): string {
  return idOf((BigInt(at.getTime()) << 80n) | BigInt(`0x${randomBytes(RANDOM_BYTES).toString('hex')}`));
}

/** Returns the id with these 128 bits. */
export function idOf(bits: bigint): string {
  let id = '';
  for (let digit = LENGTH - 1; digit >= 0; digit--) {
    id += ALPHABET[Number((bits >> BigInt(digit * 5)) & 31n)];
  }
  return id;
}

/** Returns the 128 bits of an id. */
export function bitsOf(id: string): bigint {
  let bits = 0n;
  for (const digit of id) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(digit));
  return bits;
}
