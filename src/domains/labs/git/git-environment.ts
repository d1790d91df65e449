import type { GitProtocol } from './git-address.ts';

/** Variables that git and ssh need to find their way; the service's own are not for a program that speaks to strangers. */
const passedOn =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|XDG_CONFIG_HOME|SSH_AUTH_SOCK|GIT_SSH|GIT_SSH_COMMAND|GIT_SSL_\w+|SSL_CERT_\w+|CURL_CA_BUNDLE|(https?|no|all)_proxy)$/i;

/** A transfer slower than this many bytes a second for so many seconds is given up. */
const SLOWEST_BYTES = 1_000;
const SLOWEST_SECONDS = 30;

/** Settings before the subcommand; the admin's own, such as a proxy, stay in force beside them. */
export const gitSettings: readonly string[] = Object.entries({
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  // A folder is to hold the same bytes on every machine.
  'core.autocrlf': 'false',
  'core.attributesFile': '/dev/null',
  'core.symlinks': 'true',
  'core.protectHFS': 'true',
  'core.protectNTFS': 'true',
  // Nothing is to go on in the background once git has ended.
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'submodule.recurse': 'false',
  'filter.lfs.smudge': '',
  'filter.lfs.process': '',
  'filter.lfs.required': 'false',
  'http.lowSpeedLimit': String(SLOWEST_BYTES),
  'http.lowSpeedTime': String(SLOWEST_SECONDS),
  'advice.detachedHead': 'false',
  'init.defaultBranch': 'main',
}).flatMap(([key, value]) => ['-c', `${key}=${value}`]);

/** Environment of git: it asks nobody for anything, and speaks `protocols` alone. */
export function gitEnvironment(
  own: NodeJS.ProcessEnv,
  protocols: readonly GitProtocol[],
): Record<string, string> {
  const kept = Object.entries(own).flatMap(([key, value]) =>
    value !== undefined && passedOn.test(key) ? [[key, value]] : [],
  );
  return {
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=20',
    ...(Object.fromEntries(kept) as Record<string, string>),
    LC_ALL: 'C.UTF-8',
    GIT_ALLOW_PROTOCOL: protocols.join(':'),
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    SSH_ASKPASS: '/bin/false',
    SSH_ASKPASS_REQUIRE: 'never',
    GIT_LFS_SKIP_SMUDGE: '1',
  };
}
