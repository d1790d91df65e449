/** The target of a `berth:` link in a lab's text. */
export type BerthTarget =
  | { kind: 'port'; machine: string | undefined; port: number; path: string }
  | { kind: 'file'; path: string };

const PORT = /^berth:port\/(?:([a-z][a-z0-9-]*)\/)?(\d{1,5})([/?].*)?$/;
const FILE = /^berth:file\/+(.+)$/;

/**
 * Parses `berth:port/8080/path`, `berth:port/web/8080/path` and `berth:file/etc/hosts`. Returns undefined for every
 * other address.
 */
export function parseBerthUrl(href: string): BerthTarget | undefined {
  const [, machine, port, path = '/'] = PORT.exec(href) ?? [];
  if (port !== undefined) {
    return { kind: 'port', machine, port: Number(port), path: path.startsWith('/') ? path : `/${path}` };
  }
  const file = FILE.exec(href)?.[1];
  return file === undefined ? undefined : { kind: 'file', path: `/${decode(file)}` };
}

/** Returns the path as the author wrote it. The Markdown parser encodes characters that addresses cannot contain. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}
