/** A place in a session's machines that a lab's text links to. */
export type BerthPlace =
  | { kind: 'port'; machine: string | undefined; port: number; path: string }
  | { kind: 'file'; path: string };

const PORT = /^berth:port\/(?:([a-z][a-z0-9-]*)\/)?(\d{1,5})([/?].*)?$/;
const FILE = /^berth:file\/+(.+)$/;

/** `berth:port/8080/path`, `berth:port/web/8080/path`, `berth:file/etc/hosts`; undefined for every other link. */
export function readBerthLink(href: string): BerthPlace | undefined {
  const [, machine, port, path = '/'] = PORT.exec(href) ?? [];
  if (port !== undefined) {
    return { kind: 'port', machine, port: Number(port), path: path.startsWith('/') ? path : `/${path}` };
  }
  const file = FILE.exec(href)?.[1];
  return file === undefined ? undefined : { kind: 'file', path: `/${decode(file)}` };
}

/** The path as the author wrote it; Markdown encodes what is no part of addresses. */
function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}
