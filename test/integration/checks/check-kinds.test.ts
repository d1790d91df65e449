import t from 'tap';
import { createCheckRunner } from '../../../src/domains/checks/check-runner.ts';
import type { CheckContext } from '../../../src/domains/checks/check-context.ts';
import type { LabCheck } from '../../../src/domains/labs/lab-check.ts';
import { startCheckMachine } from '../../kit/labs/check-machine.ts';
import { commandCheck, fileCheck, httpCheck, placeOn } from '../../kit/labs/checks.ts';
import { startServer } from '../../kit/engine/machine-server.ts';
import { unpinned } from '../../kit/labs/pins.ts';
import { startTlsServer } from '../../kit/proxy/tls-server.ts';
import { until } from '../../kit/basics/until.ts';

const { engine, machineId, shell, processes } = await startCheckMachine(t);
const runner = createCheckRunner({ engine, pins: unpinned });

function run(check: LabCheck, place: Partial<CheckContext> = {}, signal = new AbortController().signal) {
  return runner.run(check, { ...placeOn(machineId), ...place }, signal);
}

const passed = { state: 'finished', passed: true, score: 1, message: 'Done.' };
const failed = { state: 'finished', passed: false, score: 0 };
const text = (rule: object) => ({
  content: { contains: [], matches: undefined, equals: undefined, ...rule },
});

await t.test('checks whether a file exists, its kind, mode and owner', async (t) => {
  await shell(`cd /home/learner; printf 'port = 80\nname = web\n' >conf; chmod 640 conf; chown learner conf
    mkdir -p site; ln -s conf link; ln -s gone dangling; ln -s circle circle; chmod 1777 site`);
  t.match(await run(fileCheck('/home/learner/conf')), {
    ...passed,
    evidence: '-rw-r----- (640) learner',
  });
  t.match(await run(fileCheck('~/conf', { kind: 'file', mode: 0o640, owner: 'learner' })), passed);
  t.match(await run(fileCheck('~/conf', { owner: '1000' })), passed);
  t.match(await run(fileCheck('~/site', { kind: 'folder', mode: 0o1777, owner: 'root' })), passed);
  t.match(await run(fileCheck('~/link', { kind: 'file', owner: 'learner' })), passed, 'the target of a link');
  for (const absent of ['~/none', '~/none/one', '~/conf/one', '~/dangling/one']) {
    t.match(await run(fileCheck(absent, { exists: false })), passed, absent);
  }

  const problems: [LabCheck, string][] = [
    [fileCheck('~/none'), '~/none does not exist.'],
    [fileCheck('~/dangling'), '~/dangling does not exist.'],
    [fileCheck('~/conf', { exists: false }), '~/conf should not exist.'],
    [fileCheck('~/dangling', { exists: false }), '~/dangling is a broken link, and should not exist.'],
    [fileCheck('~/circle/one', { exists: false }), '~/circle/one cannot be accessed.'],
    [fileCheck('~/conf', { kind: 'folder' }), '~/conf is not a folder.'],
    [fileCheck('~/site', { kind: 'file' }), '~/site is not a file.'],
    [fileCheck('~/site', text({ contains: ['x'] })), '~/site is not a file.'],
    [fileCheck('~/conf', { mode: 0o600 }), 'The mode of ~/conf is 640; a different one is required.'],
    [fileCheck('~/conf', { owner: 'root' }), '~/conf belongs to learner; a different owner is required.'],
  ];
  for (const [check, message] of problems) t.match(await run(check), { ...failed, message }, message);
});

await t.test("a file's content is judged, but not shown", async (t) => {
  const holds = (rule: object) => run(fileCheck('~/conf', text(rule)));
  t.match(await holds({ contains: ['port', 'web'] }), {
    ...passed,
    evidence: '-rw-r----- (640) learner',
  });
  t.match(await holds({ matches: '(?m)^name += +w' }), passed);
  t.match(await holds({ equals: 'port = 80\nname = web' }), passed, 'trailing line breaks are ignored');
  const message = '~/conf does not have the required content.';
  const secret = 'port = 8080';
  for (const rule of [{ contains: ['port', secret] }, { matches: secret }, { equals: secret }]) {
    const verdict = await holds(rule);
    t.match(verdict, { ...failed, message });
    t.notOk(verdict.evidence.includes(secret));
  }
});

await t.test('a link to a file of root reveals nothing, whatever the result', async (t) => {
  await shell(`cd /root; printf 'the answer\n' >answer; chmod 600 answer
    ln -s /root/answer /home/learner/notes.txt; chown -h learner /home/learner/notes.txt`);
  const notes = fileCheck('~/notes.txt', text({ contains: ['mine'] }));
  const look = (change: Partial<LabCheck> = {}) => run({ ...notes, ...change } as LabCheck);
  const facts = '-rw------- (600) root';
  t.strictSame((await look()).evidence, facts);
  t.match(await run(fileCheck('~/notes.txt', text({ equals: 'the answer' }))), {
    ...passed,
    evidence: facts,
  });

  const head = (last: string) =>
    shell(`printf '#!/bin/sh\n/usr/bin/head "$@"; ${last}\n' >/usr/local/sbin/head
      chmod 755 /usr/local/sbin/head`);
  await head('exit 1');
  t.match(await look(), { ...failed, message: '~/notes.txt cannot be read.', evidence: /^$/ });
  await head('kill -9 $PPID');
  t.match(await look(), { state: 'errored', evidence: /^$/ });
  await head('sleep 1000');
  t.match(await look({ timeoutSeconds: 1 }), { finding: { code: 'CHECK_TIMED_OUT' }, evidence: /^$/ });
  await shell('rm /usr/local/sbin/head');
});

await t.test('a path is taken literally, and the user may not see everything', async (t) => {
  const path = `/tmp/a 'b"$(touch c)\n;x`;
  await shell(
    `printf x >"/tmp/a 'b\\"\\$(touch c)\n;x"; mkdir -m 700 /root/own; touch /root/own/one; chmod 600 /root/own/one`,
  );
  t.match(await run(fileCheck(path, text({ equals: 'x' }))), passed);
  t.equal(await shell('ls /c 2>/dev/null'), '');
  await shell('ln -s /root/own /tmp/into');
  for (const hidden of ['/root/own/one', '/root/own/none', '/tmp/into/none']) {
    for (const exists of [true, false]) {
      const asLearner = { ...fileCheck(hidden, { exists }), user: 'learner' };
      t.match(await run(asLearner), { ...failed, message: `${hidden} cannot be accessed.` });
    }
  }
  await shell('cp /root/own/one /tmp/one; chmod 600 /tmp/one');
  const unreadable = { ...fileCheck('/tmp/one', text({ contains: ['x'] })), user: 'learner' };
  t.match(await run(unreadable), { ...failed, message: '/tmp/one cannot be read.' });
});

await t.test('special files do not block a check', async (t) => {
  await shell('mkfifo /tmp/fifo');
  t.match(await run(fileCheck('/tmp/fifo', text({ contains: ['x'] }))), {
    ...failed,
    message: '/tmp/fifo is not a file.',
  });
  t.match(await run(fileCheck('/dev/zero', text({ contains: ['x'] }))), { ...failed });
  await shell('truncate -s 1T /tmp/large');
  t.match(await run(fileCheck('/tmp/large', text({ contains: ['x'] }))), { ...failed });
});

await t.test('a command is judged by its exit code and its output', async (t) => {
  const prints = (rule: object) => ({ output: text(rule).content });
  t.match(await run(commandCheck(['printf', '%s|', 'a b', "it's", '$HOME'])), {
    ...passed,
    evidence: "a b|it's|$HOME|",
    exitCode: 0,
  });
  t.match(
    await run(commandCheck(['/bin/sh', '-c', 'echo "$BERTH_STEP"'], prints({ equals: 'one' }))),
    passed,
  );
  t.match(await run(commandCheck(['grep', 'nobody-here', '/etc/passwd'], { exit: 1 })), passed);
  t.match(await run(commandCheck(['/bin/sh', '-c', 'echo x; echo y >&2; exit 3'])), {
    ...failed,
    message: 'The check command returned the unexpected exit code 3.',
    evidence: 'x\ny',
    exitCode: 3,
  });
  t.match(await run(commandCheck(['echo', 'one'], prints({ matches: '^two' }))), {
    ...failed,
    message: 'The check command did not print the expected output.',
    evidence: 'one',
  });
  t.match(await run(commandCheck(['/bin/sh', '-c', 'echo no >&2'], prints({ contains: ['no'] }))), failed);
  t.match(await run(commandCheck(['not-installed'])), { ...failed, exitCode: 127 });
  t.match(
    await run({ ...commandCheck(['id', '-un'], prints({ equals: 'learner' })), user: 'learner' }),
    passed,
  );
  t.match(await run({ ...commandCheck(['sleep', '1000']), timeoutSeconds: 1 }), {
    state: 'errored',
    finding: { code: 'CHECK_TIMED_OUT' },
  });
  t.same(await processes(), []);
});

/** Perl of a server whose answer depends on the path. */
const SERVE = `
  $SIG{PIPE} = 'DEFAULT';
  my ($head, $line) = ('');
  while (defined($line = <$c>)) { $head .= $line; last if $line eq "\\r\\n" }
  my ($method, $path) = $head =~ /^(\\S+) (\\S+)/;
  my %answers = (
    '/health?deep=1' => "HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\n\\r\\nall is well",
    '/created' => "HTTP/1.1 201 Created\\r\\nContent-Length: 0\\r\\n\\r\\n",
    '/broken' => "SSH-2.0-OpenSSH\\r\\n",
    '/cut' => "HTTP/1.1 200 OK\\r\\nContent-Length: 100\\r\\n\\r\\nhalf",
    '/none' => '',
    '/other' => "HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: x\\r\\n\\r\\n",
  );
  if ($path eq '/silent') { sleep 1000 }
  if ($path eq '/headers') { print "HTTP/1.1 200 OK\\r\\n"; print "X: y\\r\\n" while 1 }
  if ($path =~ /^\\/slow-(\\w+)/) {
    print "HTTP/1.1 200 OK\\r\\n", $1 eq 'body' ? "\\r\\n" : '';
    while (1) { print "X: y\\r\\n"; select undef, undef, undef, 0.1 }
  }
  if ($path eq '/endless') { print "HTTP/1.1 200 OK\\r\\n\\r\\n"; print 'x' x 65536 while 1 }
  print $answers{$path} // "HTTP/1.1 404 Not Found\\r\\n\\r\\n$head"`;

await t.test("a web server is requested through its machine's network", async (t) => {
  t.match(await run(httpCheck(8080)), {
    ...failed,
    message: 'Nothing responds on port 8080 of this machine. Start a server there.',
  });
  await startServer(engine, machineId, { port: 8080, serve: SERVE });
  const health = { path: '/health?deep=1', body: text({ contains: ['well'] }).content };
  t.match(await run(httpCheck(8080, health)), {
    ...passed,
    evidence: '200\nContent-Type: text/plain\n\nall is well',
  });
  t.match(await run(httpCheck(8080, { path: '/created', method: 'POST', status: 201 })), passed);
  t.match(await run(httpCheck(8080, { path: '/x' })), {
    ...failed,
    message: 'GET /x on port 8080 of the machine "main" returned the status 404.',
  });
  t.match(await run(httpCheck(8080, { ...health, body: text({ equals: 'ill' }).content })), {
    ...failed,
    message: 'GET /health?deep=1 on port 8080 of the machine "main" did not return the required content.',
  });
  const echo = await run(httpCheck(8080, { method: 'PUT', headers: { 'X-Own': 'a' } }));
  t.match(echo.evidence, /PUT \/ HTTP\/1\.1\r\nX-Own: a\r\nHost: main:8080\r\n/i);
});

const broken = /does not speak HTTP, or ended before its response was complete/;

await t.test('a missing or endless server fails in time', async (t) => {
  for (const path of ['/broken', '/cut', '/none', '/other', '/headers']) {
    t.match(await run(httpCheck(8080, { path })), { ...failed, message: broken }, path);
  }
  const message = 'The server on port 8080 of the machine "main" did not respond within 1 s.';
  for (const path of ['/silent', '/slow-headers', '/slow-body']) {
    const check = { ...httpCheck(8080, { path }), timeoutSeconds: 1 };
    t.match(await run(check), { ...failed, message }, path);
  }
  const endless = await run(httpCheck(8080, { path: '/endless' }));
  t.match(endless, passed);
  t.ok(endless.evidence.length < 300_000);
  const stopping = new AbortController();
  const stopped = run(httpCheck(8080, { path: '/silent' }), {}, stopping.signal);
  await until(async () => (await processes()).filter((name) => name.includes('server-8080')).length > 1);
  stopping.abort();
  t.match(await stopped, { state: 'errored', finding: { code: 'CHECK_INTERRUPTED' } });
});

await t.test('a server with TLS is requested whatever its certificate says', async (t) => {
  const connect = await startTlsServer(t, 'by TLS');
  const secured = createCheckRunner({ engine: { ...engine, connect }, pins: unpinned });
  const check = httpCheck(443, { https: true, body: text({ equals: 'by TLS' }).content });
  const { signal } = new AbortController();
  t.match(await secured.run(check, placeOn(machineId), signal), passed);
  const plain = httpCheck(443);
  t.match(await secured.run(plain, placeOn(machineId), signal), { ...failed, message: broken });
});

await t.test('a missing machine is not counted against the learner', async (t) => {
  const gone = { machineId: 'f'.repeat(64) };
  for (const check of [fileCheck('/x'), fileCheck('~/x'), commandCheck(['true']), httpCheck(80)]) {
    t.match(
      await run(check, gone),
      { state: 'errored', finding: { code: 'CONTAINER_NOT_FOUND' } },
      check.kind,
    );
  }
});
