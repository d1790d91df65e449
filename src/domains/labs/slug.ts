/** A slug is part of URLs and of container names. */
const rule = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Longest slug, in characters: the longest label of a host name. */
const LONGEST_SLUG = 63;

/** Explains why `slug` cannot name a lab's folder; undefined for a valid one. */
export function slugProblem(slug: string): string | undefined {
  if (rule.test(slug) && slug.length <= LONGEST_SLUG) return undefined;
  return `must have up to ${LONGEST_SLUG} lower-case letters, digits and hyphens, such as "first-steps"`;
}
