import type { PageContext, PagePort } from './page.ts';

/** A web address of a machine as Katacoda writes it. */
const KATACODA =
  /(?:https?:\/\/)?\[\[(HOST|CLIENT)(\d*)_SUBDOMAIN\]\](?:-(\d{1,5}))?()-\[\[KATACODA_HOST\]\](?:\.\[\[KATACODA_DOMAIN\]\]|\.[\w.-]+\.(?:com|io))?([/?](?:[^\s)\]"'<>`]*[^\s)\]"'<>`.,;:!?])?)?/g;

/** And as Killercoda does. */
const KILLERCODA =
  /(?:https?:\/\/)?\{\{\s*TRAFFIC_(HOST)(\d+)_(\d{1,5})(\/[^\s{}]*)?\s*\}\}([/?](?:[^\s)\]"'<>`]*[^\s)\]"'<>`.,;:!?])?)?/g;

/** A page on which learners choose a port: Berth's buttons. */
const CHOOSE = /\{\{\s*TRAFFIC_SELECTOR\s*\}\}/g;

/** Replaces addresses of machines in prose by links of Berth's. */
export function linkAddresses(text: string, line: number, context: PageContext, ports: PagePort[]): string {
  const put: Put = ({ host, port, path, before }) => {
    ports.push({ host, port });
    const link = `berth:port/${host === context.hosts[0] ? '' : `${host}/`}${port}${path}`;
    const isTarget = /\]\(\s*$/.test(before);
    return isTarget ? link : `[${host}:${port}${path}](${link})`;
  };
  return replaceAddresses(text, line, context, put)
    .replaceAll(/\[([^\]]*)\]\(\s*\{\{\s*TRAFFIC_SELECTOR\s*\}\}\s*\)/g, '$1')
    .replaceAll(CHOOSE, 'the ports of this page');
}

/** Replaces them in code by the machine's name, which the machines themselves know it by. */
export function nameAddresses(code: string, line: number, context: PageContext): string {
  return replaceAddresses(code, line, context, ({ host, port, path }) => `http://${host}:${port}${path}`);
}

/** The address that code consists of, as a link; undefined where it has more in it. */
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

/** What an address is replaced by; `before` is the end of what stands before it. */
type Put = (address: { host: string; port: number; path: string; before: string }) => string;

/** Letters before an address that tell where it stands. */
const BEFORE = 20;

function replaceAddresses(text: string, line: number, context: PageContext, put: Put): string {
  const hostOf = (name: string, number: string): string | undefined => {
    const place = name === 'CLIENT' || number === '' ? 0 : Number(number) - 1;
    const host = context.hosts[place];
    if (host !== undefined) return host;
    const message = `there is no machine ${number}: what leads to it stays as it is`;
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
