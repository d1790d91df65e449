import type { PageContext, PagePort } from './page.ts';

/** A web address of a machine as Katacoda writes it. */
const KATACODA =
  /(?:https?:\/\/)?\[\[(HOST|CLIENT)(\d*)_SUBDOMAIN\]\](?:-(\d{1,5}))?-\[\[KATACODA_HOST\]\](?:\.\[\[KATACODA_DOMAIN\]\]|\.[\w.-]+\.(?:com|io))?([/?](?:[^\s)\]"'<>`]*[^\s)\]"'<>`.,;:!?])?)?/g;

/** And as Killercoda does. */
const KILLERCODA =
  /(?:https?:\/\/)?\{\{\s*TRAFFIC_(HOST)(\d+)_(\d{1,5})\s*\}\}([/?](?:[^\s)\]"'<>`]*[^\s)\]"'<>`.,;:!?])?)?/g;

/** A page on which learners choose a port: Berth's buttons. */
const CHOOSE = /\{\{\s*TRAFFIC_SELECTOR\s*\}\}/g;

/** Replaces addresses of machines in prose by links of Berth's. */
export function linkAddresses(text: string, line: number, context: PageContext, ports: PagePort[]): string {
  const put = (match: string, host: string | undefined, port: number, path: string, at: number) => {
    if (host === undefined) return match;
    ports.push({ host, port });
    const link = `berth:port/${host === context.hosts[0] ? '' : `${host}/`}${port}${path}`;
    return isTarget(text, at, match) ? link : `[${host}:${port}${path}](${link})`;
  };
  return replaceAddresses(text, line, context, put)
    .replaceAll(/\[([^\]]*)\]\(\s*\{\{\s*TRAFFIC_SELECTOR\s*\}\}\s*\)/g, '$1')
    .replaceAll(CHOOSE, 'the ports of this page');
}

/** Replaces them in code by the machine's name, which the machines themselves know it by. */
export function nameAddresses(code: string, line: number, context: PageContext): string {
  return replaceAddresses(code, line, context, (match, host, port, path) =>
    host === undefined ? match : `http://${host}:${port}${path}`,
  );
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

type Put = (match: string, host: string | undefined, port: number, path: string, at: number) => string;

function replaceAddresses(text: string, line: number, context: PageContext, put: Put): string {
  const hostOf = (name: string, number: string): string | undefined => {
    const place = name === 'CLIENT' || number === '' ? 0 : Number(number) - 1;
    const host = context.hosts[place];
    if (host === undefined) {
      context.notes.warn(`there is no machine ${number}: "[[HOST${number}…]]" stays as it is`, {
        file: context.file,
        line,
      });
    }
    return host;
  };
  const replace = (match: string, name: string, number: string, port = '80', path = '', at = 0) =>
    put(match, hostOf(name, number), Number(port), path, at);
  return text
    .replaceAll(KATACODA, (match, name: string, number: string, port?: string, path?: string, at?: number) =>
      replace(match, name, number, port, path, at),
    )
    .replaceAll(
      KILLERCODA,
      (match, name: string, number: string, port?: string, path?: string, at?: number) =>
        replace(match, name, number, port, path, at),
    )
    .replaceAll(/\[\[HOST(\d*)_IP\]\]/g, (match, number: string) => hostOf('HOST', number) ?? match);
}

/** Whether what stands at `at` is where a link leads to. */
function isTarget(text: string, at: number, match: string): boolean {
  return (
    /\]\(\s*$/.test(text.slice(0, at)) ||
    (/^\s*\)/.test(text.slice(at + match.length)) && /\(\s*$/.test(text.slice(0, at)))
  );
}
