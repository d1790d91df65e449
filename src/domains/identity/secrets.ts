import { hash, randomBytes } from 'node:crypto';

/** Prefix of each kind of secret, so that people and secret scanners recognise it. */
const PREFIXES = {
  token: 'berth_',
  signInLink: 'berthlink_',
  courseInvitation: 'berthjoin_',
  webSession: 'berthweb_',
  ticket: 'berthticket_',
  previewGrant: 'berthgrant_',
  previewPass: 'berthpass_',
} as const;

type SecretKind = keyof typeof PREFIXES;

/** 256 bits cannot be guessed, so a fast hash is as safe as a slow one. */
const SECRET_BYTES = 32;
/** Enough to distinguish a user's tokens; 220 bits stay secret. */
const SHOWN_CHARACTERS = 6;

/** Creates a secret. Its owner receives it once; only {@link hashSecret} of it is stored. */
export function makeSecret(kind: SecretKind): string {
  return PREFIXES[kind] + randomBytes(SECRET_BYTES).toString('base64url');
}

/**
 * Returns the SHA-256 of a secret in hex, by which rows are found. The time of an index lookup may reveal how much of
 * the hash matches, but nothing about the secret.
 */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** Returns the part of a token that is safe to show; nothing for a token that a person chose. */
export function shownPrefix(secret: string): string {
  const isGenerated = secret.startsWith(PREFIXES.token) && secret.length === PREFIXES.token.length + 43;
  return isGenerated ? secret.slice(0, PREFIXES.token.length + SHOWN_CHARACTERS) : '';
}
