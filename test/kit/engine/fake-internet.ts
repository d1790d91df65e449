import { randomBytes } from 'node:crypto';
import type Docker from 'dockerode';
import type { Test } from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { MACHINE_IMAGE } from './engines.ts';

/** An unused address of the real internet, with a web server. */
export const INTERNET_ADDRESS = '198.51.100.10';
/** The same server at a private address, where it also answers name queries. */
export const PRIVATE_ADDRESS = '10.99.99.10';
/** The same server at the metadata address of clouds. */
export const METADATA_ADDRESS = '169.254.169.254';

/** Answers "internet" on port 80, and INTERNET_ADDRESS to each name query for an address. */
const SERVER = String.raw`
use Socket; use IO::Socket::INET; $SIG{CHLD} = 'IGNORE';
if (!fork) {
  my $names; # Its address comes with the cable, and answers must have it as their source.
  until ($names = IO::Socket::INET->new(LocalAddr => '${PRIVATE_ADDRESS}', LocalPort => 53, Proto => 'udp')) { select undef, undef, undef, 0.05 }
  while (my $peer = $names->recv(my $query, 512)) {
    my $rest = substr($query, 12); my $question = substr($rest, 0, index($rest, "\0") + 5);
    my $found = unpack('n', substr($question, -4, 2)) == 1 ? 1 : 0;
    my $reply = substr($query, 0, 2) . pack('n*', 0x8180, 1, $found, 0, 0) . $question;
    $reply .= pack('nnnNn', 0xc00c, 1, 1, 60, 4) . inet_aton('${INTERNET_ADDRESS}') if $found;
    $names->send($reply, 0, $peer);
  }
}
my $web = IO::Socket::INET->new(LocalPort => 80, Listen => 9, ReuseAddr => 1) or die;
while (my $client = $web->accept) { sysread($client, my $request, 4096);
  print $client "HTTP/1.0 200 OK\r\n\r\ninternet"; close $client }
`;

/** Sets up a host with its own link to the engine's host. It is removed after the test. */
export async function startFakeInternet(t: Test): Promise<void> {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const server = await startHelper(t, docker, ['perl', '-e', SERVER], { NetworkMode: 'none' });
  const { State } = await server.inspect();
  const cable = `bt${randomBytes(4).toString('hex')}`;
  const plugIn = `
    set -e
    there() { nsenter --net=/proc/${State.Pid}/ns/net ip "$@"; }
    ip link add ${cable} type veth peer name inet0 netns ${State.Pid}
    ip address add 198.51.100.1/24 dev ${cable}
    ip link set ${cable} up
    there address add ${INTERNET_ADDRESS}/24 dev inet0
    there address add ${PRIVATE_ADDRESS}/24 dev inet0
    there address add ${METADATA_ADDRESS}/32 dev inet0
    there link set inet0 up
    there route add default via 198.51.100.1
    ip route add ${PRIVATE_ADDRESS}/32 dev ${cable}
    ip route add ${METADATA_ADDRESS}/32 dev ${cable}
    # A query that comes before the name server is refused, and is not asked again.
    tries=0
    until grep -q ':0035 ' /proc/${State.Pid}/net/udp && grep -q ':0050 ' /proc/${State.Pid}/net/tcp; do
      tries=$((tries + 1)); [ $tries -lt 300 ] || { echo 'no server' >&2; exit 1; }
      sleep 0.1
    done`;
  const host = { NetworkMode: 'host', PidMode: 'host', UsernsMode: 'host', Privileged: true };
  const cabling = await startHelper(t, docker, ['sh', '-c', plugIn], host);
  const { StatusCode } = (await cabling.wait()) as { StatusCode: number };
  t.teardown(() => forgetNameServer(t, docker));
  if (StatusCode !== 0) throw new Error(String(await cabling.logs({ stderr: true, stdout: true })));
}

/** Removes the firewall rules of labs with internet, as a reload of the host's firewall does. */
export async function removeEgressRules(t: Test): Promise<void> {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const script = `set -e
    iptables -w -D INPUT -i berth+ -j BERTH-HOST
    iptables -w -D DOCKER-USER -i berth+ -j BERTH-EGRESS
    iptables -w -t security -D FORWARD -i berth+ -j BERTH-WALL
    for chain in BERTH-HOST BERTH-EGRESS; do iptables -w -F $chain; done
    iptables -w -t security -F BERTH-WALL`;
  await changeFirewall(t, docker, script);
}

/** Removes the engine's chains from the packet path during `work`, as while it creates a network. */
export async function withoutEngineChains(t: Test, work: () => Promise<void>): Promise<void> {
  const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
  t.teardown(close);
  const chains = ['DOCKER-ISOLATION-STAGE-1', 'DOCKER-USER'];
  const each = (command: (chain: string) => string) => chains.map(command).join('\n');
  // Another test's network may have removed them at this moment.
  await changeFirewall(t, docker, `${each((chain) => `iptables -w -D FORWARD -j ${chain}`)}\ntrue`);
  try {
    await work();
  } finally {
    await changeFirewall(t, docker, `set -e\n${each((chain) => `iptables -w -I FORWARD -j ${chain}`)}`);
  }
}

/** The rules never drop a name server, so this removes it. */
async function forgetNameServer(t: Test, docker: Docker): Promise<void> {
  const script = `for table in filter security; do for protocol in udp tcp; do
    rule="BERTH-DNS -d ${PRIVATE_ADDRESS} -p $protocol --dport 53 -j ACCEPT"
    if iptables -w -t $table -C $rule; then iptables -w -t $table -D $rule; fi; done; done`;
  await changeFirewall(t, docker, script);
}

async function changeFirewall(t: Test, docker: Docker, script: string): Promise<void> {
  const host = { NetworkMode: 'host', UsernsMode: 'host', CapAdd: ['NET_ADMIN'] };
  const helper = await startHelper(t, docker, ['sh', '-c', script], host, 'berth/lab-egress:latest');
  const { StatusCode } = (await helper.wait()) as { StatusCode: number };
  if (StatusCode !== 0) throw new Error(String(await helper.logs({ stderr: true, stdout: true })));
}

async function startHelper(
  t: Test,
  docker: Docker,
  command: string[],
  HostConfig: Docker.HostConfig,
  Image = MACHINE_IMAGE,
) {
  const container = await docker.createContainer({
    Image,
    Entrypoint: command,
    Cmd: [],
    User: '0',
    Labels: { 'berth.test': 'fake-internet' },
    HostConfig,
  });
  t.teardown(() => container.remove({ force: true, v: true }));
  await container.start();
  return container;
}
