/** Path on the preview host that exchanges a grant for a cookie. */
export const ENTER = '/__berth/enter';

/** Returns the path that exchanges a grant and then redirects to `path`. */
export function enterPath(grant: string, path: string): string {
  return `${ENTER}?${new URLSearchParams({ grant, to: path }).toString()}`;
}

/** Returns whether a path stays on the same host. Two slashes, or characters that browsers treat as slashes, would start a host name. */
export function isLocalPath(path: string): boolean {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(path);
}
