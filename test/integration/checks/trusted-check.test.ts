import Docker from 'dockerode';
import t from 'tap';
import { createCheckRunner } from '../../../src/domains/checks/check-runner.ts';
import type { CheckContext } from '../../../src/domains/checks/check-context.ts';
import { COPY_LIMITS } from '../../../src/domains/checks/kinds/trusted-check.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createPins } from '../../../src/domains/images/pins/create-pins.ts';
import type { LabCheck, TrustedCheck } from '../../../src/domains/labs/lab-check.ts';
import { freshDatabase } from '../../kit/database/databases.ts';
import { markImage, openImages, unpinned } from '../../kit/labs/pins.ts';
import { placeOn, scriptCheck, trustedCheck } from '../../kit/labs/checks.ts';
import {
  dockerHarness,
  environmentSpec,
  MACHINE_IMAGE,
  machineSpec,
  runScript,
} from '../../kit/engine/engines.ts';
import { startServer } from '../../kit/engine/machine-server.ts';
import { quietLog } from '../../kit/basics/quiet-log.ts';
import { until } from '../../kit/basics/until.ts';

const { engine, installation } = dockerHarness(t);
const runner = createCheckRunner({ engine, pins: unpinned });
const spec = environmentSpec({ machines: [machineSpec(), machineSpec({ name: 'other' })] });
const [machine] = await engine.provision(spec);
const machineId = machine?.machineId ?? '';
const shell = async (script: string) => (await runScript(engine, machineId, script)).out;

function run(check: LabCheck, place: Partial<CheckContext> = {}, signal = new AbortController().signal) {
  return runner.run(check, { ...placeOn(machineId), ...place }, signal);
}

/** Names of the existing check containers. */
async function checkers(): Promise<string[]> {
  const label = [`berth.installation=${installation}`, 'berth.role=checker'];
  const all = await new Docker().listContainers({ all: true, filters: { label } });
  return all.flatMap(({ Names }) => Names);
}

await t.test(
  'a script sees a copy, makes requests through the network, and leaves nothing behind',
  async (t) => {
    await shell(`mkdir -p /home/learner/app/empty; cd /home/learner/app; printf 'one\n' >a; printf '#!/bin/sh\n' >b
    chmod 600 a; chmod 4711 b; ln a c; ln -s a d; chown -R learner .`);
    const script = `#!/bin/bash
    cd "/machine/home/learner/app" || fail 'There is no copy.'
    echo "$(cat a c d | tr '\\n' ' ') $(stat -c %a a b | tr '\\n' ' ') $(ls | tr '\\n' ' ')"
    [ -e /machine/etc ] && fail 'There is more than was asked for.'
    [ -e /machine/none ] && fail 'There is what is not there.'
    echo "$BERTH_STEP $BERTH_HOST $(id -u) $(grep -c ^CapEff.*0000000000000000$ /proc/self/status)"`;
    const verdict = await run(
      trustedCheck({ script, paths: ['/home/learner/app/', '/none', '/home/learner/app/a'] }),
    );
    t.match(verdict, { state: 'finished', passed: true, message: 'one main 65534 1' }, verdict.evidence);
    t.match(verdict.evidence, 'one one one  600 711  a b c d empty ');

    await startServer(engine, machineId, {
      port: 8000,
      address: '0.0.0.0',
      serve: `print "hello from here\\n"`,
    });
    const asks = 'nc -w 5 "$BERTH_HOST" 8000 </dev/null; nc -w 5 -z other 1 || echo "other does not answer"';
    const asked = await run(trustedCheck({ script: asks }));
    t.match(asked.evidence, 'hello from here\nother does not answer');
    t.same(await checkers(), []);
  },
);

await t.test('replacing the programs of a script, or editing it, has no effect', async (t) => {
  const script = '[ "$(cat $ROOT/root/answer)" = 42 ] && echo "So it is."';
  const trusted = trustedCheck({ script, paths: ['/root/answer'] });
  const inMachine = scriptCheck({ script });
  const judge = async () => ({
    trusted: await run(trusted, { environment: { ROOT: '/machine' } }),
    inMachine: await run(inMachine, { environment: { ROOT: '' } }),
  });
  await shell('echo 41 >/root/answer');
  t.match(await judge(), { trusted: { passed: false }, inMachine: { passed: false } });

  const install = (name: string, program: string) =>
    shell(
      `printf '%s\\n' '#!/bin/sh' ${program} >/tmp/new; chmod 755 /tmp/new; mv /tmp/new /usr/bin/${name}`,
    );
  await shell('cp /usr/bin/cat /usr/bin/cat.own; cp /usr/bin/timeout /usr/bin/timeout.own');
  await install('cat', `'case $1 in */answer) echo 42 ;; *) exec cat.own "$@" ;; esac'`);
  t.match(
    await judge(),
    { trusted: { passed: false }, inMachine: { passed: true } },
    'a program was replaced',
  );

  await shell('mv /usr/bin/cat.own /usr/bin/cat');
  await install('timeout', `'for check; do :; done' 'echo "echo Edited." >"$check"' 'exec sh "$check"'`);
  t.match(
    await judge(),
    { trusted: { passed: false }, inMachine: { passed: false } },
    'the program that once ran the check was replaced',
  );

  await shell('mv /usr/bin/timeout.own /usr/bin/timeout; echo 42 >/root/answer');
  t.match(await judge(), { trusted: { passed: true }, inMachine: { passed: true } }, 'the work was done');
});

await t.test("a learner's links expose only the copy to a script", async (t) => {
  await shell(`mkdir -p /root/links/deep; cd /root/links
    ln -s /etc/hostname absolute; ln -s ../../../../../../etc/hostname relative; ln -s /root/links/deep folder
    ln -s folder/../../../etc/hostname through; echo own >deep/file; ln -s /machine/../etc/hostname named`);
  const script = `cd /machine/root/links
    for each in absolute relative through named; do cat "$each" 2>/dev/null && echo "$each leads out"; done
    cat folder/file`;
  const verdict = await run(trustedCheck({ script, paths: ['/root/links'] }));
  t.equal(verdict.evidence, 'own');
  const both = await run(trustedCheck({ script, paths: ['/root/links', '/etc/hostname'] }));
  t.match(both.evidence, /absolute leads out/, 'links to copied files work, and no others');
  t.match(
    await run(
      trustedCheck({ script: 'cat /machine/root/links/absolute', paths: ['/etc/hostname', '/root/links'] }),
    ),
    {
      evidence: (await shell('cat /etc/hostname')).trim(),
    },
  );
});

await t.test('oversized and special files are not copied', async (t) => {
  await shell(
    'mkdir -p /root/odd /root/many; mkfifo /root/odd/fifo; truncate -s 1T /root/large; echo x >/root/odd/x',
  );
  t.match(await run(trustedCheck({ script: 'ls /machine/root/odd', paths: ['/root/odd'] })), {
    evidence: 'x',
  });
  const tooMuch = {
    state: 'errored',
    finding: { code: 'CHECK_COPY_LIMIT' },
    message: String(COPY_LIMITS.bytes),
  };
  const large = await run(trustedCheck({ paths: ['/root/large'] }));
  t.match(large, { ...tooMuch, message: /Delete files that you do not need/ });
  await shell(`cd /root/many; seq ${COPY_LIMITS.entries} | xargs touch`);
  t.match(await run(trustedCheck({ paths: ['/root/odd', '/root/many'] })), {
    finding: { code: 'CHECK_COPY_LIMIT' },
  });
  t.same(await checkers(), []);
});

await t.test('a script can only write to memory of limited size', async (t) => {
  const script = `
    for place in /tmp /var/tmp /dev/shm /machine /own; do
      head -c 200M /dev/zero 2>/dev/null >"$place/x" && echo "$place takes it all"
      [ -s "$place/x" ] && echo "$place takes some"
      rm -f "$place/x"
    done
    awk '$2 == "/" || $2 ~ "^/(tmp|var/tmp|own|machine)$" { print $2, $2 == "/" ? "" : $3, $4 ~ /^ro/ ? "ro" : "rw" }' /proc/mounts | sort`;
  const docker = new Docker();
  const image = { repo: `${installation}-volumes`, tag: '1' };
  const empty = await docker.createContainer({
    Image: MACHINE_IMAGE,
    Labels: { 'berth.installation': installation },
  });
  await empty.commit({ ...image, changes: 'VOLUME /own' });
  await empty.remove();
  t.teardown(() => docker.getImage(`${image.repo}:1`).remove({ force: true }));
  const check = { ...trustedCheck({ script, image: `${image.repo}:1` }), timeoutSeconds: 60 };
  const { evidence } = await run(check);
  t.same(evidence.split('\n'), [
    '/tmp takes some',
    '/var/tmp takes some',
    '/dev/shm takes some',
    '/machine takes some',
    '/own takes some',
    '/  ro',
    '/machine tmpfs rw',
    '/own tmpfs rw',
    '/tmp tmpfs rw',
    '/var/tmp tmpfs rw',
  ]);
});

await t.test('a late or stopped script leaves nothing behind', async (t) => {
  t.match(await run({ ...trustedCheck({ script: 'sleep 1000' }), timeoutSeconds: 1 }), {
    state: 'errored',
    finding: { code: 'CHECK_TIMED_OUT' },
  });
  const stopping = new AbortController();
  const stopped = run(trustedCheck({ script: 'sleep 1000' }), {}, stopping.signal);
  await until(async () => (await checkers()).length === 1);
  stopping.abort();
  t.match(await stopped, { state: 'errored', finding: { code: 'CHECK_INTERRUPTED' } });
  t.same(await checkers(), []);
});

await t.test(
  'leftovers of a dead service are removed automatically, with the next check, or with the session',
  async (t) => {
    await engine.startChecker(machineId, { image: undefined, engine: false, lifetimeSeconds: 1 });
    await until(async () => (await checkers()).length === 0);

    const labels = { 'berth.installation': installation, 'berth.role': 'checker' };
    const Labels = { ...labels, 'berth.until': String(Date.now() - 1) };
    await new Docker().createContainer({ Image: MACHINE_IMAGE, name: `overdue-${installation}`, Labels });
    t.match(await run(trustedCheck({})), { passed: true });
    t.same(await checkers(), []);

    const alone = environmentSpec({ networks: [], machines: [machineSpec({ networks: [] })] });
    const [isolated] = await engine.provision(alone);
    await engine.startChecker(isolated?.machineId ?? '', {
      image: undefined,
      engine: false,
      lifetimeSeconds: 600,
    });
    t.equal((await checkers()).length, 1);
    await engine.destroy(alone.environmentId);
    t.same(await checkers(), []);
    t.same(await engine.list().then((all) => all.map(({ environmentId }) => environmentId)), [
      spec.environmentId,
    ]);
  },
);

await t.test('checks of several learners run in parallel, those of one learner one at a time', async (t) => {
  let open = 0;
  let most = 0;
  const counting: typeof engine = {
    ...engine,
    async startChecker(...args) {
      most = Math.max(most, ++open);
      return engine.startChecker(...args);
    },
    async removeChecker(id) {
      await engine.removeChecker(id);
      open--;
    },
  };
  const counted = createCheckRunner({ engine: counting, pins: unpinned });
  const addresses = async (learnerIds: string[]) => {
    const { signal } = new AbortController();
    const check = trustedCheck({ script: 'hostname -I' });
    const places = learnerIds.map((learnerId) => ({ ...placeOn(machineId), learnerId }));
    const verdicts = await Promise.all(places.map((place) => counted.run(check, place, signal)));
    return verdicts.map(({ evidence }) => evidence.trim());
  };
  t.notOk((await addresses(['a', 'a', 'a'])).includes(''));
  t.equal(most, 1);
  const several = await addresses(['a', 'b', 'c']);
  t.equal(most, 3);
  t.equal(new Set(several).size, 3, several.join());
});

await t.test('a version of a lab is always judged by the same image', async (t) => {
  const images = openImages(t);
  const database = await freshDatabase(t, 'sqlite');
  const name = `berth-test/${installation}:latest`;
  t.teardown(async () => {
    for (const held of [name, ...(await images.listNames('berth/pin'))]) {
      if (held.includes(installation)) await images.remove(held);
    }
  });
  const presentVersion = () => 'v2';
  const log = quietLog();
  const common = { database, images, installation, pinDays: 180, presentVersion, clock: systemClock, log };
  const { pins } = createPins(common);
  const pinned = createCheckRunner({ engine, pins });
  const { signal } = new AbortController();
  const markFor = async (version: string) => {
    const place = { ...placeOn(machineId), lab: { slug: 'lab', version } };
    return (await pinned.run(trustedCheck({ image: name, script: 'cat /mark' }), place, signal)).message;
  };

  await markImage(images, name, 'first', MACHINE_IMAGE);
  t.equal(await markFor('v1'), 'first');
  await markImage(images, name, 'second', MACHINE_IMAGE);
  t.equal(await markFor('v1'), 'first', 'even if its name has moved');
  t.equal(await markFor('v2'), 'second');
  await images.remove(name);
  t.equal(await markFor('v1'), 'first', 'and even if the name is missing');
});

await t.test('an unavailable image or a missing machine is reported by its code', async (t) => {
  const image = 'berth/none-such:1';
  const missing: TrustedCheck = trustedCheck({ image });
  t.match(await run(missing), {
    state: 'errored',
    finding: { code: /IMAGE_NOT_FOUND|REGISTRY_UNREACHABLE|REGISTRY_DENIED/ },
  });
  t.match(await run(trustedCheck({}), { machineId: 'f'.repeat(64) }), {
    finding: { code: 'CONTAINER_NOT_FOUND' },
  });
});
