import type { IncomingMessage } from 'node:http';
import { fault } from '../../core/errors.ts';
import { isLoopback } from '../../core/service-url.ts';
import { parsePreviewLabel } from '../../domains/previews/preview.ts';
import type { PreviewTarget } from '../../domains/previews/preview.ts';

interface PreviewHostOptions {
  /** Undefined if previews are off. */
  previewDomain: string | undefined;
  publicUrl: string | undefined;
}

export type PreviewHosts = ReturnType<typeof createPreviewHosts>;

/** Creates the mapping between previews and their host names, and the app's origin for links from previews. */
export function createPreviewHosts({ previewDomain, publicUrl }: PreviewHostOptions) {
  const known = publicUrl === undefined ? undefined : new URL(publicUrl);
  const secure = known?.protocol === 'https:';
  const scheme = secure ? 'https' : 'http';

  /** Returns the label below the domain; undefined for other names. */
  function labelOf(hostname: string): string | undefined {
    const below = `.${previewDomain}`;
    return hostname.endsWith(below) ? hostname.slice(0, -below.length) : undefined;
  }

  return {
    secure,
    scheme,

    /** Returns whether a host name belongs to previews: the domain itself and all names below it. */
    owns(host: string | undefined): boolean {
      if (previewDomain === undefined || host === undefined) return false;
      const name = nameOf(host);
      return name === previewDomain || labelOf(name) !== undefined;
    },

    /** Returns the target of a `Host`; undefined for a name that Berth does not issue. */
    target(host: string): PreviewTarget | undefined {
      const label = labelOf(nameOf(host));
      return label === undefined ? undefined : parsePreviewLabel(label);
    },

    /** Returns the target of the preview at an origin; undefined for any other origin. */
    targetOfOrigin(origin: string): PreviewTarget | undefined {
      if (!URL.canParse(origin)) return undefined;
      const { protocol, host } = new URL(origin);
      return protocol === `${scheme}:` ? this.target(host) : undefined;
    },

    /**
     * Returns the origin of a preview, for a client that sent its request to the host `asked`. Without a public address,
     * previews use the port of that host. @throws PREVIEWS_OFF
     */
    origin(label: string, asked: string): string {
      if (previewDomain === undefined) throw fault('PREVIEWS_OFF');
      // A browser on another host would resolve the name to itself.
      if (known === undefined && isLoopback(previewDomain) && !isLoopback(nameOf(asked))) {
        throw fault('PREVIEWS_OFF');
      }
      return `${scheme}://${label}.${previewDomain}${known ? colon(known.port) : colon(portOf(asked))}`;
    },

    /** Returns the origin of the app for a page at the preview `host`; undefined if unknown. */
    appOrigin(host: string): string | undefined {
      if (known) return known.origin;
      return isLoopback(previewDomain ?? '') ? `http://localhost${colon(portOf(host))}` : undefined;
    },
  };
}

/** Returns the only Host of a request; undefined if there is not exactly one. */
export function hostOf({ rawHeaders }: IncomingMessage): string | undefined {
  const hosts = rawHeaders.filter((_, index) => index % 2 === 1 && isHost(rawHeaders[index - 1]));
  return hosts.length === 1 ? hosts[0] : undefined;
}

function isHost(name: string | undefined): boolean {
  return name?.toLowerCase() === 'host';
}

/** Returns the host name in lower case, without port and trailing dot. */
function nameOf(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}

function portOf(host: string): string {
  return /:(\d{1,5})$/.exec(host)?.[1] ?? '';
}

function colon(port: string): string {
  return port === '' ? '' : `:${port}`;
}

/** Path on the preview host that exchanges a grant for a cookie. */
export const ENTER = '/__berth/enter';

/** Returns the path that exchanges a grant and then redirects to `path`. */
export function enterPath(grant: string, path: string): string {
  return `${ENTER}?${new URLSearchParams({ grant, to: path }).toString()}`;
}

/**
 * Returns whether a path stays on the same host. Two slashes, or characters that browsers treat as slashes, would start
 * a host name.
 */
export function isLocalPath(path: string): boolean {
  return /^\/(?![/\\])[\x21-\x7e]*$/.test(path);
}
