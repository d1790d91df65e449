/** One content of one lab. */
export interface VersionKey {
  slug: string;
  /** Content digest. */
  version: string;
}

/** One text for the two. */
export function versionName({ slug, version }: VersionKey): string {
  return `${slug} ${version}`;
}
