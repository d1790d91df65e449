import type { IncomingMessage } from 'node:http';
import { fault } from '../../../core/errors.ts';
import { isLoopback } from '../../../core/local-url.ts';
import { parsePreviewLabel } from '../../../domains/previews/preview-label.ts';
import type { PreviewTarget } from '../../../domains/previews/preview.ts';

export interface PreviewHostOptions {
  /** Undefined where there are no previews. */
  previewDomain: string | undefined;
  publicUrl: string | undefined;
}

export type PreviewHosts = ReturnType<typeof createPreviewHosts>;

/** Names and addresses of previews, and of the app as previews link to it. */
export function createPreviewHosts({ previewDomain, publicUrl }: PreviewHostOptions) {
  const known = publicUrl === undefined ? undefined : new URL(publicUrl);
  const secure = known?.protocol === 'https:';
  const scheme = secure ? 'https' : 'http';

  /** The label below the domain; undefined for names that are not below it. */
  function labelOf(hostname: string): string | undefined {
    const below = `.${previewDomain}`;
    return hostname.endsWith(below) ? hostname.slice(0, -below.length) : undefined;
  }

  return {
    secure,
    scheme,

    /** Whether a name is of previews: all below the domain, and the domain itself. */
    owns(host: string | undefined): boolean {
      if (previewDomain === undefined || host === undefined) return false;
      const name = nameOf(host);
      return name === previewDomain || labelOf(name) !== undefined;
    },

    /** What a `Host` stands for; undefined for none that Berth gives out. */
    target(host: string): PreviewTarget | undefined {
      const label = labelOf(nameOf(host));
      return label === undefined ? undefined : parsePreviewLabel(label);
    },

    /** What the page at an origin is of; undefined for one that is no preview. */
    targetOfOrigin(origin: string): PreviewTarget | undefined {
      if (!URL.canParse(origin)) return undefined;
      const { protocol, host } = new URL(origin);
      return protocol === `${scheme}:` ? this.target(host) : undefined;
    },

    /**
     * Origin of a preview, for a client that asked the app at `asked`; without a public address the app is
     * where it was asked, and previews have its port. @throws PREVIEWS_OFF
     */
    origin(label: string, asked: string): string {
      if (previewDomain === undefined) throw fault('PREVIEWS_OFF');
      // A browser on another machine would look for itself.
      if (known === undefined && isLoopback(previewDomain) && !isLoopback(nameOf(asked))) {
        throw fault('PREVIEWS_OFF');
      }
      return `${scheme}://${label}.${previewDomain}${known ? colon(known.port) : colon(portOf(asked))}`;
    },

    /** Origin of the app, for a page at the preview `host`; undefined where it cannot be told. */
    appOrigin(host: string): string | undefined {
      if (known) return known.origin;
      return isLoopback(previewDomain ?? '') ? `http://localhost${colon(portOf(host))}` : undefined;
    },
  };
}

/** The one Host of a request; undefined where there is none, or several. */
export function hostOf({ rawHeaders }: IncomingMessage): string | undefined {
  const hosts = rawHeaders.filter((_, index) => index % 2 === 1 && isHost(rawHeaders[index - 1]));
  return hosts.length === 1 ? hosts[0] : undefined;
}

function isHost(name: string | undefined): boolean {
  return name?.toLowerCase() === 'host';
}

/** Without port, in small letters; a dot at the end says nothing. */
function nameOf(host: string): string {
  return host.replace(/:\d*$/, '').replace(/\.$/, '').toLowerCase();
}

function portOf(host: string): string {
  return /:(\d{1,5})$/.exec(host)?.[1] ?? '';
}

function colon(port: string): string {
  return port === '' ? '' : `:${port}`;
}
