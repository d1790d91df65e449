import { createHash, randomBytes } from 'node:crypto';

/** What each kind of secret begins with, so that people and secret scanners know it when they see it. */
const PREFIXES = {
  token: 'berth_',
  signInLink: 'berthlink_',
  webSession: 'berthweb_',
  ticket: 'berthticket_',
  previewGrant: 'berthgrant_',
  previewPass: 'berthpass_',
} as const;

export type SecretKind = keyof typeof PREFIXES;

/** 256 bits: out of reach of guessing, so a fast hash keeps them as safe as a slow one would. */
const SECRET_BYTES = 32;
/** Enough to tell one user's tokens apart; 220 bits stay unknown. */
const SHOWN_CHARACTERS = 6;

/** A new secret. It is given to its owner once; only {@link hashSecret} of it is kept. */
export function makeSecret(kind: SecretKind): string {
  return PREFIXES[kind] + randomBytes(SECRET_BYTES).toString('base64url');
}

/**
 * SHA-256 of a secret, in hex: the key that rows are found by. Comparing hashes in an index may
 * tell by its time how much of the hash was right, which says nothing about the secret.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The beginning of a token that is safe to show; of one that a person chose, nothing. */
export function shownPrefix(secret: string): string {
  const made = secret.startsWith(PREFIXES.token) && secret.length === PREFIXES.token.length + 43;
  return made ? secret.slice(0, PREFIXES.token.length + SHOWN_CHARACTERS) : '';
}
