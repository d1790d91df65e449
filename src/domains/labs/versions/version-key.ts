/** Identifies one content version of a lab. */
export interface VersionKey {
  slug: string;
  /** Content digest. */
  version: string;
}

/** Returns the key as one string. */
export function versionName({ slug, version }: VersionKey): string {
  return `${slug} ${version}`;
}
