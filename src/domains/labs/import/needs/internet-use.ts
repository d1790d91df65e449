import type { ShellCommand } from './shell-commands.ts';

/** Programs that install from the internet, with the subcommands that do so. */
const INSTALLERS: Record<string, RegExp> = {
  ...each(
    'apt apt-get aptitude',
    /^(update|install|upgrade|full-upgrade|dist-upgrade|source|build-dep|download)$/,
  ),
  ...each('yum dnf microdnf zypper', /^(install|update|upgrade|makecache|groupinstall)$/),
  ...each('pip pip3 pipx', /^(install|download|search)$/),
  ...each('npm yarn pnpm', /^(install|i|ci|add|update|create|init)$/),
  ...each('gem cargo conda snap brew apk nvm asdf', /^(install|add|update|refresh|search|create)$/),
  go: /^(get|install|mod)$/,
  helm: /^(repo|install|pull)$/,
  composer: /^(install|require|create-project)$/,
  ...each('docker podman', /^(run|pull|build|create|compose|login|push|search)$/),
  'docker-compose': /^(up|pull|build|run)$/,
  git: /^(clone|ls-remote)$/,
  ...each('add-apt-repository apt-add-repository', /./),
  npx: /./,
};

/** Programs that take the name of a server as an argument. */
const CLIENTS = new Set(
  'curl wget lynx http ping ping6 traceroute mtr dig nslookup host whois telnet nc ssh scp sftp openssl ftp'.split(
    ' ',
  ),
);

/** Extensions that mark a file name rather than a server name. */
const FILE =
  /\.(?:txt|sh|html?|json|tar|t?gz|zip|ya?ml|md|log|conf|cfg|py|js|css|png|jpe?g|csv|xml|pem|key|crt|csr|out|bak|pub|php|local|internal|lan|localhost|test|example|cluster)$/i;

/** Returns the internet use of a command, such as "apt-get install"; undefined if it needs no internet. */
export function internetUse({ words }: Pick<ShellCommand, 'words'>): string | undefined {
  const [name = '', ...rest] = words;
  if (/^python3?(?:\.\d+)?$/.test(name) && rest[0] === '-m' && rest[1] === 'pip') {
    return internetUse({ words: ['pip', ...rest.slice(2)] });
  }
  const installer = Object.hasOwn(INSTALLERS, name) ? INSTALLERS[name] : undefined;
  const verb = installer && rest.find((word) => !word.startsWith('-'));
  if (installer && verb !== undefined && installer.test(verb)) {
    // A local repository.
    if (name === 'git' && !rest.some((word) => isServer(word))) return undefined;
    return installer.source === '.' ? name : `${name} ${verb}`;
  }
  const server = CLIENTS.has(name) ? serverIn(rest) : undefined;
  return server === undefined ? undefined : `${name} ${server}`;
}

/** Returns the names of what a command installs. */
export function installedBy({ words }: Pick<ShellCommand, 'words'>): string[] {
  const use = internetUse({ words });
  return use === undefined || CLIENTS.has(words[0] ?? '') ? [] : words.slice(1);
}

function serverIn(words: readonly string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    if (/^-[oO]$/.test(words[at - 1] ?? '') || word.startsWith('-')) continue;
    if (isServer(word)) return word.slice(0, 60);
  }
  return undefined;
}

/** Whether a word is the address or the name of a server outside the lab. */
function isServer(word: string): boolean {
  const [, scheme, server = ''] =
    /^([a-z][a-z+]*:\/\/)?(?:[^@\s/]+@)?(\[?[\w.:-]+?\]?)(?::\d+)?(?:[:/?#].*)?$/i.exec(word) ?? [];
  const name = server.toLowerCase().replace(/:\d+$/, '');
  if (/^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|0\.0\.0\.0)/.test(name)) return false;
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(name)) return true;
  if (!/^(?:[a-z0-9-]+\.)+[a-z]{2,}$/.test(name)) return false;
  return scheme !== undefined
    ? !/\.(?:local|internal|lan|localhost|test|example|cluster)$/.test(name)
    : !FILE.test(name);
}

function each(names: string, verbs: RegExp): Record<string, RegExp> {
  return Object.fromEntries(names.split(' ').map((name) => [name, verbs]));
}
