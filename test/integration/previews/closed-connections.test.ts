import t from 'tap';
import { runScript } from '../../kit/engine/engines.ts';
import { startPreviewWorld } from '../../kit/service/previews.ts';
import { until } from '../../kit/basics/until.ts';

/** Answers the first request of a connection, and closes the connection at the second one. */
const CLOSING_SERVER = String.raw`use IO::Socket::INET;
$SIG{CHLD} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalPort => 3000, Listen => 9, ReuseAddr => 1) or die;
while (my $client = $server->accept) {
  next if fork;
  open my $log, '>>', '/tmp/closing.log';
  $log->autoflush(1);
  for my $count (1, 2) {
    my ($method, $path) = split ' ', <$client> // exit;
    my $length = 0;
    while (<$client>) { last if /^\r?$/; $length = $1 if /^content-length: (\d+)/i }
    read $client, my $body, $length if $length;
    if ($count == 2) { print $log "close $method $path\n"; exit }
    print $log "answer $method $path\n";
    print $client "HTTP/1.1 200 OK\r\nContent-Length: " . length($path) . "\r\n\r\n$path";
    $client->flush;
  }
}
`;

await t.test(
  'a request that meets a connection which the machine closes is repeated, if that is safe',
  async (t) => {
    const world = await startPreviewWorld(t);
    const { token } = await world.member('learner', 'STUDENT');
    const session = await world.startSession(token, { server: false });
    const machine = world.machineOf(session);
    await runScript(world.engine, machine, 'cat > /tmp/closing.pl', { input: Buffer.from(CLOSING_SERVER) });
    await runScript(
      world.engine,
      machine,
      'setsid perl /tmp/closing.pl > /tmp/closing.out 2>&1 < /dev/null &',
    );
    const closing = await world.visit(token, session, 3000);
    await until(async () => (await closing.read('/first')).body === '/first');
    for (const path of ['/second', '/third']) t.match(await closing.read(path), { status: 200, body: path });
    t.match(await closing.read('/sent', { method: 'POST', body: 'x' }), { status: 200 });
    const { out } = await runScript(world.engine, machine, 'cat /tmp/closing.log');
    t.match(out, /close .*\n/, 'it closed a connection that was kept');
    t.equal(out.match(/POST/g)?.length, 1);
  },
);
