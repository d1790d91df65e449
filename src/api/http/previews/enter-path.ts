/** Where a grant is used up, at the host of its port. */
export const ENTER = '/__berth/enter';

/** Path that uses a grant up and goes on to `path`. */
export function enterPath(grant: string, path: string): string {
  return `${ENTER}?${new URLSearchParams({ grant, to: path }).toString()}`;
}

/** Whether a path leads to the same host: two slashes, or what browsers take for them, begin a host's name. */
export function isLocalPath(path: string): boolean {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(path);
}
