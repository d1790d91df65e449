import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { test } from 'tap';
import type { Test } from 'tap';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabase, freshDatabaseUrl } from '../../kit/database/databases.ts';
import { newInstallation } from '../../kit/engine/installation.ts';
import { labOf } from '../../kit/labs/lab-of.ts';
import { labFile, preparedLab, startScript } from '../../kit/labs/prepared-labs.ts';
import { openSaves } from '../../kit/sessions/saved-sessions.ts';
import { openTestEngine } from '../../kit/sessions/session-engine.ts';
import {
  environmentOf,
  openSessions,
  testCatalogue,
  testLab,
  testMachine,
  whenState,
} from '../../kit/sessions/sessions.ts';
import { until } from '../../kit/basics/until.ts';
import { openPool, whenPool } from '../../kit/sessions/warm.ts';
import { TYPESCRIPT } from '../../kit/service/typescript.ts';

type Lab = ReturnType<typeof testLab>;

async function failureOf(t: Test, lab: Lab) {
  const world = await openSaves(t, { labs: [lab] });
  const session = await world.ready(lab.slug);
  t.equal(session.state, 'failed');
  await world.leaves(0, 0);
  await until(async () => (await world.database.client.subnet.count()) === 0);
  return session.reason;
}

await test('files are placed with mode and owner, and folders are created with the owner', async (t) => {
  const long = `${'deep/'.repeat(30)}${'name'.repeat(20)}.txt`;
  const files = [
    labFile('site/index.html', '/srv/site/index.html'),
    labFile('tool', '/usr/local/bin/tool', { mode: 0o755, owner: 'root' }),
    labFile('home', '~/work/notes/home'),
    labFile('profile', '~/.bashrc', { mode: 0o600 }),
    labFile('number', '/srv/number/file', { owner: '1234', mode: 0o640 }),
    labFile('kept', '/data/kept'),
    labFile(long, `/srv/${long}`),
  ];
  const machine = testMachine('main', { user: 'learner', files, volumes: ['/data'] });
  const locked = testMachine('locked', {
    profile: 'restricted',
    user: 'learner',
    files: [labFile('home', '~/new/home'), labFile('profile', '~/.bashrc')],
  });
  const contents = new Map(files.map(({ from }) => [from, Buffer.from(from)]));
  const lab = testLab('lab-0', { machines: [machine, locked], files: contents });
  const { ready, run } = await openSaves(t, { labs: [lab] });
  const { id, reason } = await ready();
  t.equal(reason, undefined);
  const stat = async (path: string, where = 'main') =>
    (await run(id, `stat -c '%A %U:%G' ${path}; cat ${path} 2>/dev/null`, { machine: where })).split('\n');

  t.same(await stat('/srv/site/index.html'), ['-rw-r--r-- learner:learner', 'site/index.html']);
  t.same(await stat('/srv/site'), ['drwxr-xr-x learner:learner', '']);
  t.same(await stat('/srv'), ['drwxr-xr-x root:root', ''], 'existing files are unchanged');
  t.same(await stat('/usr/local/bin/tool'), ['-rwxr-xr-x root:root', 'tool']);
  t.same(await stat('/home/learner/work/notes/home'), ['-rw-r--r-- learner:learner', 'home']);
  t.same(await stat('/home/learner/work'), ['drwxr-xr-x learner:learner', '']);
  t.same(
    await stat('/home/learner/.bashrc'),
    ['-rw------- learner:learner', 'profile'],
    'it replaces a file',
  );
  t.match(await stat('/srv/number'), ['drwxr-xr-x UNKNOWN:root']);
  t.same(await stat('/srv/number/file'), ['-rw-r----- UNKNOWN:root', 'number']);
  t.same(await stat('/data/kept'), ['-rw-r--r-- learner:learner', 'kept'], 'in a volume');
  t.same(await stat(`/srv/${long}`), ['-rw-r--r-- learner:learner', long]);
  const own = await run(id, 'cat ~/new/home; stat -c %U:%a ~ ~/new', { machine: 'locked', user: 'learner' });
  t.match(own, /^homelearner:7\d\d\nlearner:755\n$/, 'also in a restricted machine');
});

await test('a folder of files is placed as in the lab', async (t) => {
  const lab = await labOf(
    t,
    {
      'lab.yaml': `title: Site
machines:
  - name: main
    image: berth/lab-linux
    user: learner
    files: [{ from: "site/**/*.html", to: /srv/web/ }, { from: bin, to: ~/bin/ }]
    start: start.sh
`,
      'site/index.html': 'one',
      'site/a/b.html': 'two',
      'site/a/c.css': 'three',
      'bin/hello': '#!/bin/sh\necho hello\n',
      'start.sh': 'cat /srv/web/index.html >/root/seen\n',
    },
    ['bin/hello'],
  );
  const { ready, run } = await openSaves(t, { labs: [{ ...lab, slug: 'lab-0' }] });
  const { id, reason } = await ready();
  t.equal(reason, undefined);
  t.equal(await run(id, 'cd /srv/web; find . -type f | sort; cat a/b.html'), './a/b.html\n./index.html\ntwo');
  t.equal(await run(id, '~/bin/hello', { user: 'learner' }), 'hello\n');
  t.equal(await run(id, 'cat /root/seen'), 'one', 'start scripts find the files');
});

await test('start scripts run in order, as their users, with their environment', async (t) => {
  const say = 'echo "$(id -un) $BERTH_LAB $BERTH_MACHINE $BERTH_USER" >>/tmp/order; chmod 666 /tmp/order';
  const start = [
    startScript(say),
    startScript(`#!/usr/bin/perl\nopen(F, ">>", "/tmp/order"); print F "perl\\n";`, { user: 'learner' }),
    startScript('sleep 4321 & echo started', { timeoutSeconds: 60 }),
    startScript(`${say}\n${'# long\n'.repeat(30_000)}\nexit 0`),
  ];
  const { ready, run } = await openSaves(t, { labs: [preparedLab('lab-0', { start })] });
  const { id, reason } = await ready();
  t.equal(reason, undefined);
  const reported = 'root lab-0 main learner\n';
  t.equal(await run(id, 'cat /tmp/order'), `${reported}perl\n${reported}`);
  t.match(await run(id, 'ps -eo args'), /^sleep 4321$/m, 'background processes of a script are not awaited');
  const output = await run(id, 'readlink /proc/$(pgrep -f "^sleep 4321")/fd/1');
  t.match(output, '/said', 'nor do they keep the engine’s output open');
  t.equal(await run(id, 'ls -A /dev/shm'), '', 'no script is left');
});

await test('a background script is started, with limited output', async (t) => {
  const flood = `echo first; while [ ! -e /tmp/flood ]; do sleep 0.1; done
i=0; while [ $i -lt 4000 ]; do printf '%0100d\\n' $i; i=$((i + 1)); done; touch /tmp/done; sleep 1000`;
  const start = [
    startScript('#!/bin/bash\n' + flood, { background: true, timeoutSeconds: undefined, user: 'learner' }),
  ];
  const { ready, run } = await openSaves(t, { labs: [preparedLab('lab-0', { start })] });
  const { id, reason } = await ready();
  t.equal(reason, undefined);
  const log = '/tmp/berth-start-*.log';
  await until(async () => (await run(id, `cat ${log}`)) === 'first\n', 10_000);
  t.equal(await run(id, `stat -c %A:%U ${log}`), '-rw-------:learner\n');
  await run(id, 'touch /tmp/flood');
  await until(async () => (await run(id, 'ls /tmp')).includes('done'), 20_000);
  await until(async () => (await run(id, `tail -n 1 ${log}`)).includes('more was left out'), 10_000);
  t.match(await run(id, `cat ${log} | wc -c`), /^262\d{3}\n$/);
});

await test('a failing script is reported with its exit code and last output, and nothing stays', async (t) => {
  const start = [
    startScript('true'),
    startScript('echo one; printf "\\033[31mtwo\\033[0m" >&2; exit 3', { name: 'start/bad.sh' }),
  ];
  const reason = await failureOf(t, preparedLab('lab-0', { start }));
  const problem = '"start/bad.sh" in the machine "main" ended with exit code 3. Its last output:\none\ntwo';
  t.same(reason, {
    code: 'LAB_START_FAILED',
    message: `The lab "lab-0" failed to start. Report this to its author: ${problem}`,
    details: { lab: 'lab-0', machine: 'main', script: 'start/bad.sh', exitCode: 3, problem },
  });
});

const failures: [what: string, script: ReturnType<typeof startScript>, message: RegExp][] = [
  [
    'takes too long',
    startScript('echo started; sleep 1000', { timeoutSeconds: 1 }),
    /did not end within 1 s and was stopped. Its last output:\nstarted$/,
  ],
  ['prints too much', startScript('yes'), /printed more than 1048576 bytes and was stopped/],
  ['has no interpreter', startScript('#!/usr/bin/fish'), /exit code 125[^]*\/usr\/bin\/fish is not in/],
  [
    'has no interpreter, in the background',
    startScript('#!/usr/bin/fish', { background: true }),
    /did not start[^]*\/usr\/bin\/fish is not in/,
  ],
  ['has no such user', startScript('true', { user: 'bob' }), /did not start[^]*bob/],
];
for (const [what, script, message] of failures) {
  await test(`a script that ${what} fails the session`, async (t) => {
    const reason = await failureOf(t, preparedLab('lab-0', { start: [script] }));
    t.match(reason, { code: 'LAB_START_FAILED', message });
  });
}

const misplaced: [what: string, file: ReturnType<typeof labFile>, message: RegExp][] = [
  ['to a missing user', labFile('a', '/srv/a', { owner: 'bob' }), /"bob" cannot own "a"/],
  ['at the path of a folder', labFile('a', '/etc'), /"\/etc" is a folder: end it with "\/"/],
  ['below a file', labFile('a', '/etc/passwd/a'), /"\/etc\/passwd" is not a folder/],
];
for (const [what, file, message] of misplaced) {
  await test(`a file ${what} is not placed, and the session fails`, async (t) => {
    const reason = await failureOf(t, preparedLab('lab-0', { files: [file] }));
    t.match(reason, { code: 'LAB_START_FAILED', message });
  });
}

const counting = preparedLab('lab-0', { start: [startScript('echo x >>/count')] });
const count = 'wc -l </count';

await test('a saved session is not prepared again, but a reset one is', async (t) => {
  const { ready, run, saved, saves, service, actors } = await openSaves(t, { labs: [counting] });
  const { id } = await ready();
  t.equal(await run(id, count), '1\n');
  t.equal((await saved(id)).state, 'saved');
  await saves.resume(actors.owner, id);
  t.equal((await whenState(service, id, 'ready', 'failed')).state, 'ready');
  t.equal(await run(id, count), '1\n', 'as it was');

  const copy = await saves.fork(actors.instructor, id);
  t.equal((await whenState(service, copy.id, 'ready', 'failed')).state, 'ready');
  t.equal(await run(copy.id, count, { actor: actors.instructor }), '1\n', 'a copy is as it was');

  await saves.reset(actors.owner, id);
  t.equal((await whenState(service, id, 'ready', 'failed')).state, 'ready');
  t.equal(await run(id, count), '1\n', 'a new machine is prepared once');
});

await test('the progress says that the machine is being prepared', async (t) => {
  const start = [startScript('true'), startScript('while [ ! -e /tmp/go ]; do sleep 0.1; done')];
  const { service, actors, engine } = await openSaves(t, { labs: [preparedLab('lab-0', { start })] });
  const { id } = await service.start(actors.owner, { lab: 'lab-0' });
  await until(async () => (await service.get(actors.owner, id)).progress?.percent === 50, 20_000);
  t.same((await service.get(actors.owner, id)).progress, { phase: 'preparing', percent: 50 });
  const [environment] = await engine.list();
  const go = { command: ['touch', '/tmp/go'], timeoutMs: 5_000, outputLimitBytes: 100 };
  await engine.exec(environment?.machines[0]?.machineId ?? '', go);
  t.equal((await whenState(service, id, 'ready', 'failed')).state, 'ready');
});

await test('a session stopped during preparation ends, and leaves nothing behind', async (t) => {
  const start = [startScript('sleep 1000', { timeoutSeconds: 600 })];
  const world = await openSaves(t, { labs: [preparedLab('lab-0', { start })] });
  const { id } = await world.service.start(world.actors.owner, { lab: 'lab-0' });
  const phase = async () => (await world.service.get(world.actors.owner, id)).progress?.phase;
  await until(async () => (await phase()) === 'preparing', 20_000);
  await world.service.stop(world.actors.owner, id);
  await whenState(world.service, id, 'ended');
  await world.leaves(0, 0);
});

await test('a stopping service releases a session in preparation, with nothing on the engine', async (t) => {
  const start = [startScript('sleep 1000', { timeoutSeconds: 600 })];
  const { service, sessions, engine, actors } = await openSaves(t, {
    labs: [preparedLab('lab-0', { start })],
  });
  const { id } = await service.start(actors.owner, { lab: 'lab-0' });
  const phase = async () => (await service.get(actors.owner, id)).progress?.phase;
  await until(async () => (await phase()) === 'preparing', 20_000);
  await sessions.stop();
  t.equal((await service.get(actors.owner, id)).state, 'queued');
  t.same(await engine.list(), []);
});

await test('a prewarmed environment is prepared in advance only', async (t) => {
  const database = await freshDatabase(t, 'sqlite');
  const { owner } = await createActors(database);
  const outcomes: string[] = [];
  const lab = { ...counting, warm: { count: 1, schedule: [] } };
  const onWarmStart = (outcome: string) => void outcomes.push(outcome);
  const { engine, sessions } = openPool(t, database, [lab], { onWarmStart });
  await whenPool(sessions, 'lab-0', 1);
  const { id } = await sessions.service.start(owner, { lab: 'lab-0' });
  t.equal((await whenState(sessions.service, id, 'ready', 'failed')).state, 'ready');
  t.same(outcomes, ['hit']);
  const { machineId } = await sessions.service.machine(owner, id, 'main');
  const command = ['sh', '-c', count];
  const { stdout } = await engine.exec(machineId, { command, timeoutMs: 5_000, outputLimitBytes: 100 });
  t.equal(String(stdout), '1\n');
});

await test('a session that a killed process was preparing is prepared again in new machines', async (t) => {
  const url = await freshDatabaseUrl(t, 'sqlite');
  const database = await openDatabase({ url });
  t.teardown(() => database.close());
  const { owner } = await createActors(database);
  const installation = newInstallation(t);
  const engine = openTestEngine(t, { installation });
  const sessions = openSessions(t, database, { engine, catalogue: testCatalogue([counting]) });
  const { id } = await sessions.service.start(owner, { lab: 'lab-0' });

  const service = fileURLToPath(new URL('../../kit/service/hanging-service.ts', import.meta.url));
  const child = spawn(process.execPath, [TYPESCRIPT, service, url, installation, '0', 'exec']);
  await once(child.stdout, 'data');
  const left = await environmentOf(database, id);
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.equal((await sessions.service.get(owner, id)).state, 'provisioning');

  sessions.start();
  t.equal((await whenState(sessions.service, id, 'ready', 'failed')).state, 'ready');
  t.not(await environmentOf(database, id), left);
  const { machineId } = await sessions.service.machine(owner, id, 'main');
  const command = ['sh', '-c', count];
  const { stdout } = await engine.exec(machineId, { command, timeoutMs: 5_000, outputLimitBytes: 100 });
  t.equal(String(stdout), '1\n');
  t.equal((await engine.list()).length, 1);
});
