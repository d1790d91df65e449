import { EGRESS_BRIDGE_PREFIX } from './network.ts';

/** Destinations that are not the internet: this network, private, shared, loopback, link-local (metadata), test and reserved ranges. */
const KEPT_OUT = [
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
 * Sets the rules for all bridges to the internet, present and future, by the prefix of their names.
 * Arguments: name servers to allow; those of the host's resolv.conf when there are none.
 *
 * BERTH-HOST drops all that is addressed to the host itself, published ports included. BERTH-EGRESS
 * lets pass what stays on its own bridge, answers, and the name servers, and rejects what is kept
 * out; the engine's own isolation keeps one bridge from another.
 */
export const EGRESS_SCRIPT = `
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

if [ $# -eq 0 ]; then
  set --
  while read -r key value rest; do
    if [ "$key" = nameserver ]; then
      case $value in 127.*|*:*) ;; *) set -- "$@" "$value" ;; esac
    fi
  done </etc/resolv.conf
fi

# Only ever added to, since another installation on this host may ask other name servers.
"$ipt" -w 10 -N BERTH-DNS 2>/dev/null || true
for server in "$@"; do
  for protocol in udp tcp; do
    rule="-d $server -p $protocol --dport 53 -j ACCEPT"
    "$ipt" -w 10 -C BERTH-DNS $rule 2>/dev/null || "$ipt" -w 10 -A BERTH-DNS $rule
  done
done

{
  echo '*filter'
  echo ':BERTH-HOST - [0:0]'
  echo ':BERTH-EGRESS - [0:0]'
  echo '-A BERTH-HOST -j DROP'
  echo '-A BERTH-EGRESS -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN'
  echo '-A BERTH-EGRESS -j BERTH-DNS'
  for range in ${KEPT_OUT.join(' ')}; do
    echo "-A BERTH-EGRESS -d $range -j REJECT"
  done
  echo '-A BERTH-EGRESS -j RETURN'
  echo COMMIT
} | "$ipt-restore" -w 10 --noflush

# First in their chains, and before the engine's own rules that accept.
jump() {
  "$ipt" -w 10 -C "$@" 2>/dev/null || "$ipt" -w 10 -I "$@"
}
jump INPUT -i '${EGRESS_BRIDGE_PREFIX}+' -j BERTH-HOST
jump DOCKER-USER -i '${EGRESS_BRIDGE_PREFIX}+' ! -o '${EGRESS_BRIDGE_PREFIX}+' -j BERTH-EGRESS
`;
