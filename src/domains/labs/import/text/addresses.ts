import type { PageContext, PagePort } from './page.ts';

/** A machine's web address in Katacoda's format. */
const KATACODA =
  /(?:https?:\/\/)?\[\[(HOST|CLIENT)(\d*)_SUBDOMAIN\]\](?:-(\d{1,5}))?()-\[\[KATACODA_HOST\]\](?:\.\[\[KATACODA_DOMAIN\]\]|\.[\w.-]+\.(?:com|io))?([/?](?:[^\s)\]"'<>`]*[^\s)\]"'<>`.,;:!?])?)?/g;

/** A machine's web address in Killercoda's format. */
const KILLERCODA =
  /(?:https?:\/\/)?\{\{\s*TRAFFIC_(HOST)(\d+)_(\d{1,5})(\/[^\s{}]*)?\s*\}\}([/?](?:[^\s)\]"'<>`]*[^\s)\]"'<>`.,;:!?])?)?/g;

/** A page for choosing a port. In Berth, the page has buttons instead. */
const PORT_SELECTOR = /\{\{\s*TRAFFIC_SELECTOR\s*\}\}/g;

/** Replaces addresses of machines in prose with Berth's links. */
export function linkAddresses(text: string, line: number, context: PageContext, ports: PagePort[]): string {
  const put: Replace = ({ host, port, path, before }) => {
    ports.push({ host, port });
    const link = `berth:port/${host === context.hosts[0] ? '' : `${host}/`}${port}${path}`;
    const isTarget = /\]\(\s*$/.test(before);
    return isTarget ? link : `[${host}:${port}${path}](${link})`;
  };
  return replaceAddresses(text, line, context, put)
    .replaceAll(/\[([^\]]*)\]\(\s*\{\{\s*TRAFFIC_SELECTOR\s*\}\}\s*\)/g, '$1')
    .replaceAll(PORT_SELECTOR, 'the ports of this page');
}

/** Replaces addresses in code with the machine's host name, which works inside machines. */
export function nameAddresses(code: string, line: number, context: PageContext): string {
  return replaceAddresses(code, line, context, ({ host, port, path }) => `http://${host}:${port}${path}`);
}

/** Returns a link if the code consists of one address only; undefined otherwise. */
export function onlyAddress(
  code: string,
  line: number,
  context: PageContext,
  ports: PagePort[],
): string | undefined {
  const whole = code.trim();
  const isOne = [KATACODA, KILLERCODA].some((pattern) => whole.replace(pattern, '') === '');
  return isOne ? linkAddresses(whole, line, context, ports) : undefined;
}

/** Returns the replacement of an address; `before` is the end of the text before it. */
type Replace = (address: { host: string; port: number; path: string; before: string }) => string;

/** Length of `before`, in characters: enough to recognize a link target. */
const BEFORE = 20;

function replaceAddresses(text: string, line: number, context: PageContext, put: Replace): string {
  const hostOf = (name: string, number: string): string | undefined => {
    const place = name === 'CLIENT' || number === '' ? 0 : Number(number) - 1;
    const host = context.hosts[place];
    if (host !== undefined) return host;
    const message = `there is no machine ${number}; addresses of it are not changed`;
    context.notes.warn(message, { file: context.file, line });
    return undefined;
  };
  const replace = (all: string, pattern: RegExp) =>
    all.replaceAll(pattern, (match: string, ...found: unknown[]) => {
      const [name = '', number = '', port = '80', inner = '', path = ''] = found as string[];
      const host = hostOf(name, number);
      if (host === undefined) return match;
      const at = found.at(-2) as number;
      const before = all.slice(Math.max(0, at - BEFORE), at);
      return put({ host, port: Number(port), path: inner + path, before });
    });
  return replace(replace(text, KATACODA), KILLERCODA).replaceAll(
    /\[\[HOST(\d*)_IP\]\]/g,
    (match, number: string) => hostOf('HOST', number) ?? match,
  );
}
