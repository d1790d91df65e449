/** Query parameters that contain credentials. */
const SECRET_PARAMETERS =
  /([?&;](?:ticket|grant|token|secret|access_token|id_token|code|password)=)[^&;#]*/gi;
/** A sign-in link has its secret in the path. */
const SIGN_IN_PATH = /^(\/sign-in\/)[^/?#]+/;
/** Maximum characters of a logged URL. Longer ones are attempts to fill the log. */
const URL_LIMIT = 1_000;

/** Returns a URL for the log, with its secrets replaced. */
export function cleanUrl(url: string): string {
  return url
    .slice(0, URL_LIMIT)
    .replace(SIGN_IN_PATH, '$1[redacted]')
    .replaceAll(SECRET_PARAMETERS, '$1[redacted]');
}
