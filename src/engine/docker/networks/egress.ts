import type Docker from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import { engineMessage, call } from '../faults.ts';
import { runHelper, removeOverdue, untilLabel } from '../helper.ts';
import { labelsOf, labelFilter } from '../labels.ts';
import { EGRESS_BRIDGE_PREFIX } from './network.ts';

/**
 * Ranges that are not the internet: this network, private, shared, loopback, link-local (metadata), test and
 * reserved ranges.
 */
const BLOCKED = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/**
 * Sets the firewall rules for all bridges with internet, present and future, by the prefix of their names.
 * Arguments: allowed name servers; without arguments, those of the host's resolv.conf.
 *
 * BERTH-HOST drops everything that is addressed to the host itself, including published ports. BERTH-EGRESS
 * accepts traffic within a bridge, replies, and requests to the name servers; it rejects the blocked ranges.
 * The engine's chain DOCKER-USER calls it, and the engine removes and restores that chain whenever it creates
 * a network: for a moment no packet passes through it, or through the engine's own isolation. BERTH-WALL
 * blocks the same ranges in a table that the engine does not touch. It comes after the other table, so that
 * rejected programs still get an answer.
 */
const EGRESS_SCRIPT = `
set -eu
ipt=
for candidate in iptables iptables-nft iptables-legacy; do
  if "$candidate" -w 10 -S DOCKER-USER >/dev/null 2>&1; then ipt=$candidate; break; fi
done
command -v iptables >/dev/null || { echo 'the helper image has no iptables' >&2; exit 1; }
if [ -z "$ipt" ]; then
  echo 'the engine does not manage iptables here (there is no chain DOCKER-USER)' >&2
  exit 1
fi
# Kernels without this table have the other one. It comes first there, so blocked packets get no answer.
wall=security
"$ipt" -w 10 -t "$wall" -S FORWARD >/dev/null 2>&1 || wall=mangle

if [ $# -eq 0 ]; then
  set --
  while read -r key value rest; do
    if [ "$key" = nameserver ]; then
      case $value in 127.*|*:*) ;; *) set -- "$@" "$value" ;; esac
    fi
  done </etc/resolv.conf
fi

# Rules are only added, since another installation on this host may use other name servers.
for table in filter "$wall"; do
  "$ipt" -w 10 -t "$table" -N BERTH-DNS 2>/dev/null || true
  for server in "$@"; do
    for protocol in udp tcp; do
      rule="-d $server -p $protocol --dport 53 -j ACCEPT"
      "$ipt" -w 10 -t "$table" -C BERTH-DNS $rule 2>/dev/null || "$ipt" -w 10 -t "$table" -A BERTH-DNS $rule
    done
  done
done

# Arguments: table, chain, and the target of blocked packets.
keep_out() {
  echo "*$1"
  echo ":$2 - [0:0]"
  # If the kernel passes packets within a bridge to these tables at all.
  if [ "$(cat /proc/sys/net/bridge/bridge-nf-call-iptables 2>/dev/null)" = 1 ]; then
    echo "-A $2 -m physdev --physdev-is-bridged -j RETURN"
  fi
  echo "-A $2 -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN"
  echo "-A $2 -j BERTH-DNS"
  for range in ${BLOCKED.join(' ')}; do
    echo "-A $2 -d $range -j $3"
  done
  echo "-A $2 -j RETURN"
}
{
  keep_out filter BERTH-EGRESS REJECT
  echo ':BERTH-HOST - [0:0]'
  echo '-A BERTH-HOST -j DROP'
  echo COMMIT
  keep_out "$wall" BERTH-WALL DROP
  echo COMMIT
} | "$ipt-restore" -w 10 --noflush

# First in their chains, before the engine's own rules that accept packets.
jump() {
  "$ipt" -w 10 -t "$1" -C "$2" -i '${EGRESS_BRIDGE_PREFIX}+' -j "$3" 2>/dev/null ||
    "$ipt" -w 10 -t "$1" -I "$2" -i '${EGRESS_BRIDGE_PREFIX}+' -j "$3"
}
jump filter INPUT BERTH-HOST
jump filter DOCKER-USER BERTH-EGRESS
jump "$wall" FORWARD BERTH-WALL
`;

/**
 * Timeout for setting the rules, in milliseconds: it takes a fraction of a second, or a wait for another
 * program's lock.
 */
const RULES_TIMEOUT_MS = 30_000;
/** Longest lifetime of a helper, in milliseconds: creating and starting it may take a minute each. */
const HELPER_LIFETIME_MS = 180_000;

/** Limits machines with internet to the internet. */
export interface Egress {
  /**
   * Makes sure that the rules are active. It sets them every time, since a reload of the host's firewall
   * removes them. @throws EGRESS_UNAVAILABLE
   */
  protect(): Promise<void>;
  readonly nameServers: readonly string[];
}

interface EgressOptions {
  docker: Docker;
  installation: string;
  /** Image with sh and iptables. */
  image: string;
  /** Name servers that machines may use even in blocked ranges; the host's if empty. */
  nameServers: readonly string[];
}

/**
 * Creates the egress rules with the engine's API only: a short-lived helper in the host's network sets them.
 */
export function createEgress(options: EgressOptions): Egress {
  let running: Promise<void> | undefined;
  const protect = () => {
    // Calls during a running change share its result.
    running ??= setRules(options)
      .then(() => removeOverdue(options.docker, labelsOf(options.installation, 'egress')))
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  return { protect, nameServers: options.nameServers };
}

async function setRules({ docker, installation, image, nameServers }: EgressOptions): Promise<void> {
  try {
    const config = helperConfig(installation, image, nameServers);
    const { exitCode, output } = await runHelper(docker, config, { timeoutMs: RULES_TIMEOUT_MS });
    if (exitCode !== 0) throw fault('EGRESS_UNAVAILABLE', { problem: output || `exit code ${exitCode}` });
  } catch (error) {
    if (isFault(error, 'EGRESS_UNAVAILABLE', 'ENGINE_UNREACHABLE', 'DISK_FULL')) throw error;
    throw fault('EGRESS_UNAVAILABLE', { problem: engineMessage(error) }, error);
  }
}

function helperConfig(
  installation: string,
  image: string,
  nameServers: readonly string[],
): Docker.ContainerCreateOptions {
  return {
    Image: image,
    Entrypoint: ['/bin/sh', '-c', EGRESS_SCRIPT, 'sh', ...nameServers],
    Cmd: [],
    User: '0',
    Labels: { ...labelsOf(installation, 'egress'), ...untilLabel(HELPER_LIFETIME_MS) },
    HostConfig: {
      NetworkMode: 'host',
      // The host's network belongs to the host's own user namespace.
      UsernsMode: 'host',
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN', 'NET_RAW'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      Tmpfs: { '/run': 'rw,noexec,nosuid,size=1m' },
      PidsLimit: 32,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '64k', 'max-file': '1' } },
    },
  };
}

/** Restores the egress rules if this installation has networks with internet. @throws EGRESS_UNAVAILABLE */
export async function restoreEgress(options: {
  docker: Docker;
  installation: string;
  egress: Egress;
}): Promise<void> {
  const networks = await call(() =>
    options.docker.listNetworks({ filters: labelFilter(labelsOf(options.installation, 'network')) }),
  );
  if (networks.some(({ Internal }) => !Internal)) await options.egress.protect();
}
