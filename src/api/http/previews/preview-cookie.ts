/** Maximum number of checked cookies with Berth's name: any page below the domain can set more of them. */
const COOKIES_READ = 4;

/** Names of Berth's own cookies, for any host. Containers never receive or set them. */
const OWN_COOKIE = /^(__Host-)?berth(-preview)?$/i;

/**
 * Creates the cookie that gives a browser access to one port. It has no domain, so it is valid only for that port's
 * host. It is Lax, so a page of another site can neither frame a preview nor post to it on behalf of its user.
 */
export function createPreviewCookie({ secure }: { secure: boolean }) {
  const name = secure ? '__Host-berth-preview' : 'berth-preview';
  return {
    read(header: string | undefined): string[] {
      const values = cookiesOf(header).flatMap(([key, value]) => (key === name ? [value] : []));
      return values.slice(0, COOKIES_READ);
    },

    /** Returns the value of a Set-Cookie header. */
    set(secret: string, expiresAt: Date): string {
      const expires = expiresAt.toUTCString();
      return `${name}=${secret}; Path=/; Expires=${expires}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
    },
  };
}

/** Returns a Cookie header without Berth's own cookies; undefined if nothing is left. */
export function withoutOwnCookies(header: string): string | undefined {
  const others = cookiesOf(header).filter(([name]) => !OWN_COOKIE.test(name));
  return others.length > 0 ? others.map(([, , text]) => text).join('; ') : undefined;
}

/** Restricts a container's Set-Cookie to the container's own host. Returns undefined for one of Berth's names. */
export function ownHostCookie(header: string): string | undefined {
  const [pair = '', ...attributes] = header.split(';');
  const [name = ''] = pair.split('=');
  if (OWN_COOKIE.test(name.trim())) return undefined;
  const kept = attributes.filter((attribute) => !/^\s*domain\s*(=|$)/i.test(attribute));
  return [pair, ...kept].join(';');
}

function cookiesOf(header = ''): [name: string, value: string, text: string][] {
  return header
    .split(';')
    .map((part) => part.trim())
    .filter(Boolean)
    .map((text) => {
      const at = text.indexOf('=');
      return at < 0 ? ['', text, text] : [text.slice(0, at).trim(), text.slice(at + 1).trim(), text];
    });
}
