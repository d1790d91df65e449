import { randomFillSync } from 'node:crypto';

/** Crockford's base 32, without letters that look like digits or like each other. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** 26 digits of 5 bits hold the 128 bits of time and randomness. */
const LENGTH = 26;
/** Digits of the random part: 80 bits. The time has the digits before them. */
const RANDOM_DIGITS = 16;

/** Random bytes that no id has used yet. Reading them in blocks is many times faster than a call for each id. */
const pool = new Uint8Array(4_096);
let used = pool.length;

/**
 * Creates an id, which is opaque to clients. It has 48 bits of time (milliseconds) before 80 random bits, so ids sort by
 * their time of creation, and new rows are at the end of an index.
 */
export function newId(at: Date = new Date()): string {
  let id = '';
  let time = at.getTime();
  for (let digit = RANDOM_DIGITS; digit < LENGTH; digit++) {
    id = ALPHABET.charAt(time % ALPHABET.length) + id;
    time = Math.floor(time / ALPHABET.length);
  }
  return id + randomDigits();
}

function randomDigits(): string {
  if (used + RANDOM_DIGITS > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let digits = '';
  // The alphabet's length divides 256, so all digits are equally likely.
  for (const byte of pool.subarray(used, used + RANDOM_DIGITS))
    digits += ALPHABET.charAt(byte % ALPHABET.length);
  used += RANDOM_DIGITS;
  return digits;
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
