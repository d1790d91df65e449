/** Letters of a slug: it stands in addresses and in names of containers. */
const rule = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Longest label of a host name. */
const LONGEST_SLUG = 63;

/** What is wrong with `slug` as the name of a lab's folder; undefined for one that is right. */
export function slugProblem(slug: string): string | undefined {
  if (rule.test(slug) && slug.length <= LONGEST_SLUG) return undefined;
  return `must be small letters, digits and hyphens, up to ${LONGEST_SLUG}, such as "first-steps"`;
}
