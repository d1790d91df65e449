import Docker from 'dockerode';
import t from 'tap';
import { createCheckRunner } from '../../../src/domains/checks/check-runner.ts';
import type { LabCheck } from '../../../src/domains/labs/lab-check.ts';
import { placeOn, scriptCheck, trustedCheck } from '../../kit/labs/checks.ts';
import { dockerHarness, environmentSpec, machineSpec } from '../../kit/engine/engines.ts';
import { MAKE_TINY_IMAGE, nestedSpec } from '../../kit/engine/nested.ts';
import { unpinned } from '../../kit/labs/pins.ts';

const { engine, installation } = dockerHarness(t, { nestedDocker: 'on' });
const runner = createCheckRunner({ engine, pins: unpinned });
const spec = environmentSpec({ machines: [nestedSpec(), machineSpec({ name: 'plain' })] });
const [nested, plain] = await engine.provision(spec);
const machineId = nested?.machineId ?? '';

async function shell(script: string): Promise<string> {
  const command = ['/bin/bash', '-c', script];
  const limits = { timeoutMs: 60_000, outputLimitBytes: 100_000 };
  const { stdout, stderr } = await engine.exec(machineId, { command, user: 'learner', ...limits });
  return `${stdout.toString()}${stderr.toString()}`;
}

function run(check: LabCheck, machine = machineId) {
  const slow = { ...check, timeoutSeconds: 60 } as LabCheck;
  return runner.run(slow, placeOn(machine), new AbortController().signal);
}
const outside = (script: string, paths: string[] = []) => run(trustedCheck({ script, paths, engine: true }));
const inside = (script: string) => run(scriptCheck({ script, user: 'learner' }));

await shell(MAKE_TINY_IMAGE);

await t.test("a trusted check calls the learner's engine as its user, without privileges", async (t) => {
  await shell('printf secret >~/private; chmod 600 ~/private');
  const script = `docker image inspect --format '{{index .RepoTags 0}}' tiny || fail 'No image.'
    cat /machine/home/learner/private || fail 'Its copy cannot be read.'
    [ "$(stat -c %a /machine/home/learner/private)" = 600 ] || fail 'The mode is another one.'
    grep -q '^CapEff.*0000000000000000$' /proc/self/status || fail 'It has capabilities.'
    ! echo >/run/engine/mine || fail 'It writes where the socket is.'
    say "$(id -u)"`;
  const verdict = await outside(script, ['/home/learner/private']);
  t.match(verdict, { passed: true, message: '1000', evidence: /tiny:latest\nsecret/ }, verdict.evidence);
});

await t.test('it uses neither programs nor configuration of the learner', async (t) => {
  await shell(`mkdir -p ~/bin ~/.docker/cli-plugins
    printf '#!/bin/sh\necho forged\n' >~/bin/docker; chmod 755 ~/bin/docker
    docker context create fake --docker host=tcp://127.0.0.1:1 && docker context use fake`);
  const verdict = await outside(
    'docker image ls --format "{{.Repository}}"; docker version --format "{{.Server.Version}}"',
  );
  t.match(verdict, { passed: true, evidence: /^tiny\n\d+\.\d+/ }, verdict.evidence);
  await shell('docker context use default; rm -rf ~/bin ~/.docker');
});

await t.test('a container whose main program is faked proves nothing', async (t) => {
  await shell(`mkdir -p ~/forged; cd ~/forged
    printf '#!/bin/sh\necho "inet 127.0.0.1"\n' >ifconfig; chmod 755 ifconfig
    docker container create --name forged --entrypoint '' tiny cat
    docker container cp ifconfig forged:/usr/bin/ifconfig
    docker container commit --change 'ENTRYPOINT ["sh", "-c", "exit 0"]' forged forged`);
  const byRunning = 'docker container run --rm --network none forged no-such-tool >/dev/null 2>&1';
  t.match(await inside(byRunning), { passed: true }, 'it answers yes when run');
  const byContent = `container=$(docker container create --network none forged no-such-tool) || fail none
    docker container cp "$container:/usr/bin/ifconfig" - | tar -xO >/tmp/tool
    docker container rm "$container" >/dev/null
    [ "$(head -c 4 /tmp/tool | tail -c 3)" = ELF ] || fail 'That is not a program.'`;
  t.match(await outside(byContent), { passed: false, message: 'That is not a program.' });
});

await t.test('it works again after the machine restarted', async (t) => {
  await engine.restart(machineId);
  const verdict = await outside('docker version --format "{{.Server.Version}}"');
  t.match(verdict, { passed: true, evidence: /^\d+\.\d+/ }, verdict.evidence);
});

await t.test('a machine without an engine is reported', async (t) => {
  const check = trustedCheck({ script: 'true', engine: true });
  const verdict = await run(check, plain?.machineId ?? '');
  t.match(verdict, { state: 'errored', message: /use the profile "nested"/ });
});

await t.test('nothing of it is left with the session', async (t) => {
  await engine.destroy(spec.environmentId);
  const filters = { label: [`berth.installation=${installation}`] };
  t.same((await new Docker().listVolumes({ filters })).Volumes, []);
});
