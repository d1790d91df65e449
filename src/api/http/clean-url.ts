/** Parameters that are credentials: a reader of them could sign in. */
const SECRET_PARAMETERS =
  /([?&;](?:ticket|grant|token|secret|access_token|id_token|code|password)=)[^&;#]*/gi;
/** A sign-in link carries its secret in the path. */
const SIGN_IN_PATH = /^(\/sign-in\/)[^/?#]+/;
/** Longer addresses are somebody's try to fill the log. */
const URL_LIMIT = 1_000;

/** An address that may be logged: secrets in it are replaced. */
export function cleanUrl(url: string): string {
  return url
    .slice(0, URL_LIMIT)
    .replace(SIGN_IN_PATH, '$1[redacted]')
    .replaceAll(SECRET_PARAMETERS, '$1[redacted]');
}
