/** Most cookies of our name that are looked at: a page can set others beside ours, wherever it is below the domain. */
const MOST_LOOKED_AT = 4;

/** Cookies of Berth's own, whatever host they are for: no container ever gets or sets one. */
const OWN_COOKIE = /^(__Host-)?berth(-preview)?$/i;

export type PreviewCookie = ReturnType<typeof createPreviewCookie>;

/**
 * The cookie that lets a browser see one port: of that port's host alone, since it names no domain.
 * Lax, so that a page of another site can neither frame a preview nor post to it on its reader's behalf.
 */
export function createPreviewCookie({ secure }: { secure: boolean }) {
  const name = secure ? '__Host-berth-preview' : 'berth-preview';
  return {
    read(header: string | undefined): string[] {
      const values = cookiesOf(header).flatMap(([key, value]) => (key === name ? [value] : []));
      return values.slice(0, MOST_LOOKED_AT);
    },

    /** Value of a Set-Cookie header. */
    set(secret: string, expiresAt: Date): string {
      const expires = expiresAt.toUTCString();
      return `${name}=${secret}; Path=/; Expires=${expires}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
    },
  };
}

/** A Cookie header without Berth's own; undefined when nothing is left. */
export function withoutOwnCookies(header: string): string | undefined {
  const others = cookiesOf(header).filter(([name]) => !OWN_COOKIE.test(name));
  return others.length > 0 ? others.map(([, , text]) => text).join('; ') : undefined;
}

/** A Set-Cookie of a container, kept to the container's own host; undefined for one of Berth's names. */
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
