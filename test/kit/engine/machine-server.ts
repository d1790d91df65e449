import type { Engine } from '../../../src/engine/engine.ts';
import { runScript } from './engines.ts';
import { until } from '../basics/until.ts';

/**
 * Starts a server in a machine. `serve` is Perl that gets each connection in `$c`, in a separate process. Resolves once
 * it listens.
 */
export async function startServer(
  engine: Engine,
  machineId: string,
  { port, address = '127.0.0.1', serve }: { port: number; address?: string; serve: string },
): Promise<void> {
  const program = `
    use strict; use Socket;
    $SIG{CHLD} = 'IGNORE';
    my $address = inet_aton('${address}');
    socket(my $s, AF_INET, SOCK_STREAM, 0) or die;
    setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
    bind($s, pack_sockaddr_in(${port}, $address)) or die "bind: $!";
    listen($s, 128) or die;
    print "listening\\n"; close STDOUT;
    while (accept(my $c, $s)) {
      if (!fork) { select $c; $| = 1; ${serve}; exit 0 }
      close $c;
    }`;
  const file = `/tmp/server-${port}`;
  await runScript(engine, machineId, `cat > ${file}.pl`, { input: Buffer.from(program) });
  const start = `setsid perl ${file}.pl > ${file}.out 2> ${file}.err < /dev/null &`;
  await runScript(engine, machineId, start);
  await until(async () => (await runScript(engine, machineId, `cat ${file}.out`)).out === 'listening\n');
}
