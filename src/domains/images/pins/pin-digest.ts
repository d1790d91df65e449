/**
 * Of the names by digest that an image is known by, such as `ubuntu@sha256:…`, the one of the
 * repository that `name` is of, or else any: the same content is behind all. Pure.
 */
export function digestOf(name: string, digests: readonly string[]): string | undefined {
  const repository = name.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return digests.find((digest) => digest.startsWith(`${repository}@`)) ?? digests[0];
}
