import t from 'tap';
import { createCheckRunner } from '../../../src/domains/checks/check-runner.ts';
import type { Script } from '../../../src/domains/checks/script-runner.ts';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { placeOn, scriptCheck } from '../../kit/labs/checks.ts';
import { unpinned } from '../../kit/labs/pins.ts';

const machine = await startCheckMachine(t, 'berth/lab-docker:latest');
const { engine, machineId } = machine;
const runner = createCheckRunner({ engine, pins: unpinned });
const limits = { timeoutMs: 30_000, outputLimitBytes: 100_000 };

/** Runs a check as a learner who has done none of the work. */
function run(script: string, changes: Partial<Script> = {}) {
  const check = scriptCheck({ script, user: 'learner', ...changes });
  return runner.run(check, placeOn(machineId), new AbortController().signal);
}

/** Runs an attack in parallel with a check, until the check is over. */
async function during<Result>(attack: string, check: () => Promise<Result>): Promise<Result> {
  const stop = new AbortController();
  const command = ['/bin/bash', '-c', attack];
  const attacking = engine
    .exec(machineId, { command, user: 'learner', ...limits, signal: stop.signal })
    .catch((error: unknown) => error);
  try {
    return await check();
  } finally {
    stop.abort();
    await attacking;
  }
}

/**
 * Locations where a script has been, and to which a learner's program could write: files, and open files of the check.
 */
const WRITE_EVERYWHERE = `while :; do
  for place in {/dev/shm,/tmp,/var/tmp}/.berth-check-*/{check,score} /proc/[0-9]*/fd/[0-9]*; do
    [ "$(readlink "$place")" != "\${place%/*}" ] && case $place in
      /proc/$$/*|/proc/self/*) ;;
      *check) echo 'echo Forged.; exit 0' >"$place" ;;
      *) case $(readlink "$place") in
        pipe:*|*memfd:*) timeout 0.2 sh -c 'printf "echo Forged.; exit 0\\n" >"$0"; echo 1 >"$0"' "$place" ;;
        *) [ -f "$place" ] && echo 1 >"$place" ;;
      esac ;;
    esac
  done
done 2>/dev/null`;

const NOT_DONE = `sleep 1
echo looking
sleep 1
[ -e /home/learner/done ] || fail 'Not done.'`;

await t.test('overwriting scripts in a loop does not pass', async (t) => {
  const attack = `while :; do for check in {/dev/shm,/tmp,/var/tmp}/.berth-check-*/check; do
    [ -e "$check" ] && { sleep 0.3; echo 'echo Forged.; exit 0' >"$check"; }; done; done 2>/dev/null`;
  for (const line of ['', '#!/bin/bash\n']) {
    const verdict = await during(attack, () => run(line + NOT_DONE));
    t.match(verdict, { state: 'finished', passed: false, score: 0, message: 'Not done.' });
  }
});

await t.test('writing scores to every file and pipe does not pass', async (t) => {
  const verdict = await during(WRITE_EVERYWHERE, () => run(NOT_DONE));
  t.match(verdict, { passed: false, score: 0 }, verdict.evidence);
  const part = `sleep 1; score 1/4; sleep 1.5; fail 'One of four.'`;
  const partly = await during(WRITE_EVERYWHERE, () => run(`#!/bin/bash\n${part}`));
  t.match(partly, { passed: false, score: 0.25 }, partly.evidence);
});

/**
 * Reads what a check reports through the open files of the programs that it runs, while the program that should read it
 * is stopped. Reports a better score in its name.
 */
const READ_AND_RAISE = String.raw`exec perl - <<'END'
use Fcntl;
my %secrets;
while (1) {
  my @runners = grep { contents("/proc/$_/cmdline") =~ /check-runner/ } map { /(\d+)/ } glob '/proc/[0-9]*';
  kill STOP => @runners;
  select undef, undef, undef, 0.2;
  my @places = grep { !m{^/proc/$$/} } glob '/proc/[0-9]*/fd/8';
  for my $place (@places) {
    sysopen(my $file, $place, O_RDONLY | O_NONBLOCK) or next;
    sysread($file, my $text, 4096) or next;
    $secrets{$1} = 1 while $text =~ /([0-9a-f]{32}) /g;
  }
  for my $place (@places) {
    sysopen(my $file, $place, O_WRONLY | O_NONBLOCK) or next;
    syswrite $file, "$_ 99/100\n" for keys %secrets;
  }
  kill CONT => @runners;
  select undef, undef, undef, 0.02;
}
sub contents { open my $file, '<', $_[0] or return ''; return <$file> // '' }
END`;

await t.test('a program that reads the scores of a check cannot report a better one', async (t) => {
  const scores = 'sleep 3 & for part in 1 2 3 4 5 6 7 8 9 10; do score 1/4; sleep 0.1; done';
  for (const line of ['', '#!/bin/bash']) {
    const verdict = await during(READ_AND_RAISE, () => run(`${line}\n${scores}; fail 'One of four.'`));
    t.match(verdict, { passed: false, score: 0.25, message: 'One of four.' }, verdict.evidence);
  }
});

await t.test("a learner's program that the check runs changes neither script nor score", async (t) => {
  const program = `#!/bin/bash
for place in {/dev/shm,/tmp,/var/tmp}/.berth-check-*/check /proc/$PPID/fd/* /proc/self/fd/{3..20} "$BERTH_SCORE"; do
  [ -e "$place" ] || continue
  timeout 0.2 bash -c 'echo 1 >"$0"' "$place"
  timeout 0.2 bash -c 'printf "\\n\\n\\n\\necho Forged.; exit 0\\n" >"$0"' "$place"
done 2>/dev/null
(echo 1 >&8) 2>/dev/null; (echo 1 >&9) 2>/dev/null
echo wrong`;
  await machine.shell(
    `cat >/home/learner/answer <<'END'\n${program}\nEND\nchmod 755 /home/learner/answer; chown learner /home/learner/answer`,
  );
  for (const line of ['', '#!/bin/bash']) {
    const verdict = await run(
      `${line}\nscore 1/4\n[ "$(/home/learner/answer)" = right ] || fail 'Another answer.'\n:`,
    );
    t.match(verdict, { passed: false, score: 0.25, message: 'Another answer.' }, verdict.evidence);
    const plain = await run(`${line}\n[ "$(/home/learner/answer)" = right ] || fail 'Another answer.'\n:`);
    t.match(plain, { passed: false, score: 0, message: 'Another answer.' }, plain.evidence);
  }
});

await t.test('a score does not count if the exit code means failure', async (t) => {
  const awk = (score: string, code: number) =>
    `#!/usr/bin/awk -f\nBEGIN { print "${score}" >ENVIRON["BERTH_SCORE"]; close(ENVIRON["BERTH_SCORE"]); exit ${code} }`;
  t.match(await run(awk('1/4', 0)), { passed: false, score: 0.25 });
  t.match(await run(awk('1/4', 1)), { passed: false, score: 0 });
  t.match(await run('score 3/4; exit 1'), { passed: false, score: 0 });
  t.match(await run('score 3/4; fail no'), { passed: false, score: 0.75, message: 'no' });
  t.match(await run('score 4/4; fail no'), { passed: false, score: 0, message: 'no' });
});

await t.test('only the check can read or trace its judging parts', async (t) => {
  const attack = `sleep 1
    for folder in /proc/[0-9]*; do
      [ "$folder" = "/proc/$$" ] && continue
      case $(tr '\\0' ' ' <"$folder/cmdline") in *check-runner*|*/dev/fd/*) ;; *) continue ;; esac
      pid=\${folder#/proc/}
      cat "$folder/environ" >/dev/null 2>&1 && echo environ
      readlink "$folder/fd/0" >/dev/null 2>&1 && echo fd
      perl -e 'print "traced\\n" if syscall(101, 16, $ARGV[0] + 0, 0, 0) == 0' "$pid"
      echo found
    done`;
  for (const user of ['learner', 'root']) {
    const [seen] = await Promise.all([
      engine.exec(machineId, { command: ['/bin/bash', '-c', attack], user, ...limits }),
      run('#!/bin/bash\nread -t 2 <> <(:); :', { user }),
    ]);
    t.match(seen.stdout.toString(), /^(found\n)+$/, user);
  }
});

await t.test("the Docker client ignores the learner's configuration", async (t) => {
  const forged = JSON.stringify({
    ApiVersion: '1.45',
    MinAPIVersion: '1.24',
    GitCommit: 'forged',
    Os: 'linux',
  });
  const server = String.raw`use IO::Socket::INET;
    my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 2375, Listen => 9, ReuseAddr => 1) or die;
    while (my $c = $s->accept) {
      while (<$c>) { last if /^\r?$/ }
      my $body = '${forged}';
      print $c "HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
      close $c;
    }`;
  await machine.shell(`su learner -c 'docker context create fake --docker host=tcp://127.0.0.1:2375 && docker context use fake'
    mkdir -p /home/learner/.docker/cli-plugins
    printf '#!/bin/sh\necho forged\n' >/home/learner/.docker/cli-plugins/docker-compose
    chmod 755 /home/learner/.docker/cli-plugins/docker-compose; chown -R learner /home/learner/.docker
    cat >/tmp/server.pl <<'END'\n${server}\nEND`);
  const verdict = await during('exec perl /tmp/server.pl', () =>
    run(
      `sleep 0.5; echo "<$(docker version --format '{{.Server.GitCommit}}' 2>&1) $(docker compose version)>"`,
    ),
  );
  t.notMatch(verdict.evidence, 'forged', 'neither an engine nor a plugin of the learner');
  t.match(verdict.evidence, /docker\.sock|daemon/);
});

await t.test('programs that the learner can write are not found by name', async (t) => {
  await machine.shell(`mkdir -p /opt/own; printf '#!/bin/sh\necho forged\n' >/opt/own/cat
    cp /opt/own/cat /opt/own/own-tool; chmod 755 /opt/own/*; chown -R learner /opt/own`);
  const environment = { PATH: '/opt/own:/usr/local/bin:/usr/bin:/bin', LD_PRELOAD: '/opt/own/x.so' };
  const check = scriptCheck({
    user: 'learner',
    script: 'echo real | cat; command -v own-tool; echo "<$LD_PRELOAD>"',
  });
  const verdict = await runner.run(check, placeOn(machineId, environment), new AbortController().signal);
  t.match(verdict, { passed: true, evidence: 'real\n<>' });
});
