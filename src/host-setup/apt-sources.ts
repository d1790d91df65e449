/** Debian's public mirror, for hosts without a configured Debian mirror. */
const DEFAULT_ARCHIVE = 'http://deb.debian.org/debian';
const DEFAULT_SECURITY = 'http://deb.debian.org/debian-security';

/** A source of packages. */
export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
  readonly components: readonly string[];
}

/** Parses a `.sources` file: stanzas of fields, whose values may continue in indented lines. */
export function parseDeb822(text: string): AptSource[] {
  return text
    .replaceAll(/^#.*\n?/gm, '')
    .split(/\n\s*\n/)
    .flatMap((stanza) => {
      const fields = new Map<string, string[]>();
      for (const [, name, value] of stanza.matchAll(/^([\w-]+):(.*(?:\n[ \t].*)*)/gm)) {
        fields.set((name ?? '').toLowerCase(), (value ?? '').split(/\s+/).filter(Boolean));
      }
      const read = (name: string) => fields.get(name) ?? [];
      if (!read('types').includes('deb') || read('enabled')[0] === 'no') return [];
      return read('uris').map((uri) => ({ uri, suites: read('suites'), components: read('components') }));
    });
}

/** Parses a `.list` file: `deb [options] uri suite component…` on each line. */
export function parseOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)([^#]*)/.exec(line);
    if (!match) return [];
    const [, uri = '', suite = '', components = ''] = match;
    return [{ uri, suites: [suite], components: components.split(/\s+/).filter(Boolean) }];
  });
}

/**
 * Returns the lines of sources.list for an image of Debian `release`: the host's own mirrors if the host is a Debian,
 * otherwise the public ones.
 */
export function debianSources({
  sources,
  codename,
  release,
}: {
  sources: readonly AptSource[];
  /** The host's own Debian release; undefined if it is not a Debian. */
  codename: string | undefined;
  release: string;
}): string[] {
  const own = sources.filter(({ uri, components }) => /^https?:/.test(uri) && components.includes('main'));
  const serving = (suite: string) => own.find(({ suites }) => suites.includes(suite))?.uri;
  const archive = (codename && serving(codename)) || DEFAULT_ARCHIVE;
  const security = (codename && serving(`${codename}-security`)) || DEFAULT_SECURITY;
  return [
    `deb ${archive} ${release} main`,
    `deb ${archive} ${release}-updates main`,
    `deb ${security} ${release}-security main`,
  ];
}
