import type { Place } from '../import-note.ts';
import { installedBy, internetUse } from './internet-use.ts';
import { missingCapability } from './missing-capabilities.ts';
import { refusedPrograms } from './other-users.ts';
import { shellCommands } from './shell-commands.ts';
import type { ShellCommand } from './shell-commands.ts';

/** What code searches a list of routes for if it needs the default route. */
const DEFAULT_ROUTE = /\bdefault\b|(?<![\d.])0\.0\.0\.0(?![\d.:])|\bUG\b|gateway|\bvia\b/i;
/** Maximum number of lines of one command that are read. */
const MOST_LINES = 5;

/**
 * Returns a command that reads the default gateway, such as "ip route"; undefined for other commands. `lines` are
 * the lines of its code.
 */
function gatewayUse(
  { words, line }: Pick<ShellCommand, 'words' | 'line'>,
  lines: readonly string[],
): string | undefined {
  const [name = '', ...given] = words;
  const rest = given.filter((word) => !word.startsWith('-'));
  if (/^(?:ping|traceroute|tracepath|mtr)$/.test(name)) {
    return rest.includes('_gateway') ? `${name} _gateway` : undefined;
  }
  if (name === 'ip') {
    const [object = '', verb = 'show', to = ''] = rest;
    if (!/^(?:r|ro|route)$/.test(object)) return undefined;
    if (verb === 'get')
      return internetUse({ words: ['ping', to] }) === undefined ? undefined : 'ip route get';
    if (!/^(?:s|sh|show|l|ls|list)$/.test(verb)) return undefined;
    return DEFAULT_ROUTE.test(wholeCommand(lines, line)) ? 'ip route' : undefined;
  }
  const listsRoutes =
    (name === 'route' && rest.length === 0) ||
    (name === 'netstat' && given.some((word) => /^(?:-[a-z]*r|--route)/.test(word)));
  return listsRoutes && DEFAULT_ROUTE.test(wholeCommand(lines, line)) ? name : undefined;
}

/** Returns the line with its continuation lines. */
function wholeCommand(lines: readonly string[], line: number): string {
  const some = lines.slice(line - 1, line - 1 + MOST_LINES);
  const last = some.findIndex((text) => !/[\\|]\s*$/.test(text));
  return some.slice(0, last === -1 ? undefined : last + 1).join('\n');
}

/**
 * Programs that scenarios use and no image for imports has. They are reported even in code that a text only shows,
 * where most other unknown words are output or another language.
 */
const NOTABLE_PROGRAMS: ReadonlySet<string> = new Set(
  `docker docker-compose podman buildah skopeo nerdctl ctr crictl
  snap flatpak brew conda dnf yum rpm apk pacman zypper add-apt-repository
  node npm npx yarn pnpm nvm deno bun java javac mvn gradle go cargo rustc ruby gem bundle php composer dotnet pwsh
  g++ clang cmake ninja ansible ansible-playbook ansible-vault ansible-galaxy terraform vault consul nomad packer vagrant
  aws az gcloud eksctl nginx apache2 apachectl apache2ctl httpd caddy haproxy mysql mysqld mysqldump mariadb psql
  postgres mongo mongosh redis-cli redis-server rabbitmqctl kafka-topics.sh sshd vsftpd named slapd ldapsearch
  smbclient nmap tshark wireshark iperf iperf3 nft ufw iptables firewall-cmd auditctl ausearch fail2ban-client
  lvcreate vgcreate pvcreate mdadm cryptsetup zpool smartctl lsmod lspci lsusb htop btop stress stress-ng emacs ftp
  prometheus grafana-server filebeat logstash elasticsearch openvpn wg virsh qemu-system-x86_64 jupyter streamlit`.split(
    /\s+/,
  ),
);

/** Code of a scenario. */
export interface CodePiece {
  code: string;
  place: Place;
  /** `run`: a script or a click runs it. `shown`: the learner may type it, if it is a command at all. */
  use: 'run' | 'shown';
  /** Terminal that a click names. */
  terminal?: number | undefined;
}

/** What a scenario needs in addition to a shell and its image. */
export interface Need {
  kind:
    | 'internet'
    | 'gateway'
    | 'docker'
    | 'program'
    | 'privileges'
    | 'system log'
    | 'systemd'
    | 'kernel'
    | 'devices'
    | 'network'
    | 'Kubernetes';
  /** The command that needs it. */
  command: string;
  /** A sentence without a full stop, for the report. */
  message: string;
  place: Place;
}

/** Whether internet access meets the need. */
export function isGivenByInternet({ kind }: Need): boolean {
  return kind === 'internet' || kind === 'gateway';
}

/** Builtins of bash. */
const BUILTINS = new Set(
  `. : [ alias bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown echo
  enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf
  pushd pwd read readarray readonly return set shift shopt source suspend test times trap true type typeset ulimit
  umask unalias unset wait coproc in time`.split(/\s+/),
);
/** First words of lines in other languages, which learners type into another program. */
const OTHER_LANGUAGES = new Set('import from def class print use select show quit help'.split(' '));
/** A word that can be the name of a program. */
const PROGRAM = /^[a-z][a-z0-9._+-]{0,40}$/;
/** Programs of a Docker engine. */
const DOCKER = new Set(['docker', 'docker-compose']);
/** Paths of programs that a scenario creates. */
const MADE = /\/s?bin\/([\w.+-]+)/g;

/**
 * Finds the needs of a scenario's code, each once with its first use. `commands` are the programs of its image,
 * undefined if they are not known. `own` are programs that the scenario includes.
 */
export function findNeeds(
  pieces: readonly CodePiece[],
  {
    image,
    commands,
    lacks,
    hasDocker,
    own,
  }: {
    image: string;
    commands: ReadonlySet<string> | undefined;
    lacks: readonly string[];
    hasDocker: boolean;
    own: readonly string[];
  },
): Need[] {
  const parsed = pieces.map((piece) => {
    const code = withoutPrompts(piece);
    return { ...piece, lines: code.split('\n'), ...shellCommands(code) };
  });
  const made = new Set([
    ...own,
    ...parsed.flatMap(({ defined }) => [...defined]),
    ...pieces.flatMap(({ code }) => [...code.matchAll(MADE)].map(([, name = '']) => name)),
  ]);
  const installed = parsed.flatMap((piece) => piece.commands.flatMap(installedBy));
  const needs = new Map<string, Need>();
  const add = (kind: Need['kind'], command: string, message: string, place: Place) => {
    const key = kind === 'internet' || kind === 'gateway' ? kind : `${kind} ${command}`;
    if (!needs.has(key)) needs.set(key, { kind, command, message, place });
  };
  const isMissing = (name: string, use: CodePiece['use']) => {
    if (lacks.includes(name)) return true;
    if (!commands || commands.has(name) || BUILTINS.has(name) || !PROGRAM.test(name)) return false;
    return use === 'shown' ? NOTABLE_PROGRAMS.has(name) : !OTHER_LANGUAGES.has(name);
  };
  const hasLogDaemon = LOG_DAEMONS.some((name) => isInstalled(name, installed));
  const logs = new Set([
    ...ownLogs(pieces.map(({ code }) => code)),
    ...own.map((name) => `/var/log/${name}`),
  ]);
  for (const piece of parsed) {
    const isTyped = piece.place.line !== undefined;
    for (const command of piece.commands) {
      const [name = ''] = command.words;
      const place = { file: piece.place.file, line: piece.place.line ?? command.line };
      const fetched = internetUse(command);
      if (fetched !== undefined) {
        add('internet', fetched, `runs "${fetched}", which needs the internet`, place);
      }
      const gateway = gatewayUse(command, piece.lines);
      if (gateway !== undefined) {
        const message = `runs "${gateway}" for a default gateway, which labs without internet do not have`;
        add('gateway', gateway, message, place);
      }
      if (made.has(name)) continue;
      const log = hasLogDaemon ? undefined : systemLogUse(command, { own: logs, isTyped });
      if (log) add('system log', log.command, log.message, place);
      const missing = hasDocker ? undefined : missingCapability(command);
      if (DOCKER.has(name) && !hasDocker && isMissing(name, 'shown')) {
        add('docker', name, `runs "${name}", which is not in the image ${image}`, place);
      } else if (missing) add(missing.kind, name, `runs "${name}", which ${missing.why}`, place);
      else if (isMissing(name, piece.use) && !isInstalled(name, installed)) {
        add('program', name, `runs "${name}", which is not in the image ${image}`, place);
      }
    }
  }
  for (const { program, user, place } of hasDocker ? [] : refusedPrograms(parsed)) {
    if (made.has(program)) continue;
    const message = `runs "${program}" as the user "${user}", which only root can do in machines`;
    add('privileges', program, message, place);
  }
  return [...needs.values()];
}

/** Whether the scenario installs a package of that name, or one such as "nginx-full". */
function isInstalled(name: string, installed: readonly string[]): boolean {
  return installed.some(
    (word) => word === name || (name.length > 2 && word.split(/[-._/@=]/).includes(name)),
  );
}

/** Removes prompts and output from shown code, and keeps the commands. */
function withoutPrompts({ code, use }: CodePiece): string {
  const lines = code.split('\n');
  if (use === 'run' || !lines.some((line) => /^\s*\$ /.test(line))) return code;
  return lines.map((line) => (/^\s*\$ /.test(line) ? line.replace(/^\s*\$ /, '') : '')).join('\n');
}

/** Files that only a system log daemon writes. */
const LOG =
  /^\/var\/log\/(?:syslog|messages|auth\.log|secure|kern\.log|cron|cron\.log|daemon\.log|user\.log)(?:\.1)?$/;
const LOGS = /\/var\/log\/[a-z]+(?:\.log)?(?:\.1)?/g;
/** Programs that read the files they name. */
const READERS = new Set(
  'cat tac head tail less more grep egrep fgrep awk gawk sed cut sort wc view vi vim nano lnav'.split(' '),
);
/** System log daemons, as services and packages. */
const LOG_DAEMONS: readonly string[] = ['rsyslog', 'syslog-ng', 'syslog', 'inetutils-syslogd'];

/** Text before a log's path if the code writes the file, stores its name, or tests whether it exists. */
const MAKES = /(?:>\|?\s*|=|(?:^|\s)-[efrs]\s+|\b(?:tee|touch|cp|mv|ln|install|truncate)\b[^\n;|&]*\s)["']?$/;
/** Length of the text before a path that is examined, in characters: more than a line of a script. */
const LONGEST_BEFORE = 200;

/** Finds logs that the scenario's own code writes or tests for, so they need no system log daemon. */
function ownLogs(codes: readonly string[]): ReadonlySet<string> {
  const own = new Set<string>();
  for (const code of codes) {
    for (const { 0: path, index } of code.matchAll(LOGS)) {
      if (!own.has(path) && MAKES.test(code.slice(Math.max(0, index - LONGEST_BEFORE), index))) own.add(path);
    }
  }
  return own;
}

/** Explains why a command needs a system log daemon; undefined if it does not. */
function systemLogUse(
  { words }: Pick<ShellCommand, 'words'>,
  { own, isTyped }: { own: ReadonlySet<string>; isTyped: boolean },
): { command: string; message: string } | undefined {
  const [name = '', ...rest] = words;
  const daemon = 'needs a system log daemon, which machines do not run';
  // A script may log without effect, but a learner is expected to find the message.
  if (name === 'logger' && isTyped) return { command: name, message: `runs "${name}", which ${daemon}` };
  if (name === 'service' && LOG_DAEMONS.includes(rest[0] ?? '')) {
    return { command: `service ${rest[0]}`, message: `runs "service ${rest[0]}", which ${daemon}` };
  }
  const log = READERS.has(name) ? rest.find((word) => LOG.test(word) && !own.has(word)) : undefined;
  return log === undefined
    ? undefined
    : { command: log, message: `reads "${log}", which no system log daemon writes in machines` };
}
