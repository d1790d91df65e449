import type { HelperOutcome } from '../helper.ts';

/** Exit codes of {@link PROBE_SCRIPT} for missing requirements. */
const NO_IDS = 11;
const NO_TUN = 12;
const NO_NAMESPACES = 13;

/** First and last additional id of a learner, as in /etc/subuid of images/docker. */
const FIRST_ID = 100_000;
const PAST_IDS = FIRST_ID + 65_536;

/** Tests in a container what an engine in a machine needs from the kernel. */
export const PROBE_SCRIPT = `
has_ids() {
  while read -r first _ count; do
    [ "$first" -le ${FIRST_ID} ] && [ $((first + count)) -ge ${PAST_IDS} ] && return
  done < "$1"
  return 1
}
for map in /proc/self/uid_map /proc/self/gid_map; do
  has_ids $map || { cat $map; exit ${NO_IDS}; }
done
( exec 3<> /dev/net/tun ) || exit ${NO_TUN}
unshare --user --map-root-user --mount --net --uts --ipc --pid --fork --mount-proc true || exit ${NO_NAMESPACES}
`;

const PROBLEMS: Readonly<Record<number, string>> = {
  [NO_IDS]: `containers have too few user ids: give the user of "userns-remap" a range of more than ${PAST_IDS} in /etc/subuid and /etc/subgid, and restart the engine`,
  [NO_TUN]:
    'an ordinary user cannot open /dev/net/tun on the engine\'s host: create it with "modprobe tun", and allow access with "chmod 0666 /dev/net/tun"',
  [NO_NAMESPACES]:
    'the kernel or the runtime does not let an ordinary user create namespaces: check the sysctls user.max_user_namespaces and kernel.apparmor_restrict_unprivileged_userns of the host',
};

/** Returns what is missing, by the script's exit code; undefined if nothing is. */
export function probeProblem({ exitCode, words }: HelperOutcome): string | undefined {
  if (exitCode === 0) return undefined;
  const problem = PROBLEMS[exitCode] ?? `the test exited with ${exitCode}`;
  return words ? `${problem} (${words})` : problem;
}
