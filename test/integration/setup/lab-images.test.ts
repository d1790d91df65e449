import { randomBytes } from 'node:crypto';
import { appendFile, chmod, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t from 'tap';
import type { Test } from 'tap';
import type { Step } from '../../../setup/steps.mjs';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { createDockerImages } from '../../../src/engine/docker/images/images.ts';
import type { LabImageFolder } from '../../../src/host-setup/lab-images.ts';
import { BASE_IMAGE } from '../../../src/host-setup/base-image.ts';
import { ensureLabImages } from '../../../src/host-setup/host.ts';
import { createSteps } from '../../../setup/steps.mjs';
import { ensureLabImage, listLabImages, imagesFolder } from '../../../src/host-setup/lab-images.ts';

const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
t.teardown(close);
const images = createDockerImages({ docker });

/** A folder of lab images with one in it, under its own name. Built images are removed after the test. */
async function makeFolder(t: Test, files: Record<string, string>) {
  const name = `test-${randomBytes(6).toString('hex')}`;
  const root = await mkdtemp(join(tmpdir(), 'berth-images-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const path = join(root, name);
  await mkdir(path);
  for (const [file, text] of Object.entries(files)) await writeFile(join(path, file), text);
  const repository = `berth/lab-${name}`;
  t.teardown(async () => {
    for (const given of await images.listNames(repository)) await images.remove(given);
  });
  return { folder: { name, path }, root, repository };
}

async function ensure(folder: { name: string; path: string }, log: string[] = []) {
  const base = await images.find(BASE_IMAGE);
  if (!base) throw new Error(`${BASE_IMAGE} is not on the engine`);
  const step: Step = { progress: (line) => log.push(line) };
  return ensureLabImage({ images, folder, debian: { id: base.id, name: BASE_IMAGE }, step });
}

const DOCKERFILE = 'ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY hello /hello\n';

await t.test('an image is built after its base, and a failure does not stop the others', async (t) => {
  const below = await makeFolder(t, { Dockerfile: DOCKERFILE, hello: 'hello' });
  const above = await makeFolder(t, {
    Dockerfile: `ARG BASE_IMAGE=${below.repository}\nFROM \${BASE_IMAGE}\nCOPY more /more\n`,
    more: 'more',
    'smoke-test.sh': '#!/bin/sh\ncat /hello /more\n',
  });
  const broken = await makeFolder(t, { Dockerfile: 'ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN exit 9\n' });
  const output = new PassThrough();
  const base = await images.find(BASE_IMAGE);
  const debian = { id: base?.id ?? '', name: BASE_IMAGE };
  const ensureAll = (...folders: LabImageFolder[]) =>
    ensureLabImages({ images, folders, debian, steps: createSteps({ output }) });
  const onTop = { ...above.folder, builtOn: below.folder.name };
  await t.rejects(ensureAll(broken.folder, below.folder, onTop), { code: 'IMAGE_BUILD_FAILED' });
  const names = await ensureAll(below.folder, onTop);
  t.match(names, [new RegExp(`^${below.repository}:`), new RegExp(`^${above.repository}:`)]);
  t.same((String(output.read()).match(/✔ .*built/g) ?? []).length, 2, 'both were built the first time');
});

const PASSING = '#!/bin/sh\ntest "$(cat /hello)" = hello\n';

await t.test('the Linux image is built once, and again after a change', async (t) => {
  const { folder, repository } = await makeFolder(t, {});
  await cp(join(imagesFolder, 'linux'), folder.path, { recursive: true });

  const log: string[] = [];
  const first = await ensure(folder, log);
  t.equal(first.note, 'built');
  t.ok(
    log.some((line) => line.startsWith('Step 1/')),
    'the build log is shown',
  );
  t.ok(log.includes('trying it'), 'the smoke test ran');

  const again: string[] = [];
  t.strictSame(await ensure(folder, again), { name: first.name, note: 'unchanged' });
  t.strictSame(again, [], 'nothing was built');

  await appendFile(join(folder.path, 'bashrc'), '\nalias changed=true\n');
  const second = await ensure(folder);
  t.equal(second.note, 'changed, rebuilt');
  t.not(second.name, first.name);
  const names = await images.listNames(repository);
  t.strictSame(
    names.toSorted(),
    [second.name, `${repository}:latest`].toSorted(),
    'the former version is removed',
  );
  const [tagged, latest] = [await images.find(second.name), await images.find(`${repository}:latest`)];
  t.equal(tagged?.id, latest?.id);
  t.equal(latest?.labels['berth.image'], folder.name);
});

await t.test('a changed file mode or smoke test counts as a change', async (t) => {
  const { folder } = await makeFolder(t, { Dockerfile: DOCKERFILE, hello: 'hello\n' });
  const names = [(await ensure(folder)).name];
  await chmod(join(folder.path, 'hello'), 0o755);
  names.push((await ensure(folder)).name);
  await writeFile(join(folder.path, 'smoke-test.sh'), PASSING);
  names.push((await ensure(folder)).name);
  t.equal(new Set(names).size, 3);
});

await t.test('an image that fails its smoke test gets no name, and the error says why', async (t) => {
  const { folder, repository } = await makeFolder(t, {
    Dockerfile: DOCKERFILE,
    hello: 'good bye\n',
    'smoke-test.sh': '#!/bin/bash\necho "it says: $(cat /hello)" >&2\nexit 7\n',
  });
  const refused = { code: 'IMAGE_BUILD_FAILED', message: /exit code 7\.\nit says: good bye\n/ };
  await t.rejects(ensure(folder), refused);
  t.strictSame(await images.listNames(repository), []);
  await t.rejects(ensure(folder), refused, 'a second start rejects it, too');

  await writeFile(join(folder.path, 'hello'), 'hello\n');
  await writeFile(join(folder.path, 'smoke-test.sh'), PASSING);
  t.equal((await ensure(folder)).note, 'built', 'and the fixed one is built');
});

await t.test('an image that fails after a good one leaves the good one in use', async (t) => {
  const { folder, repository } = await makeFolder(t, { Dockerfile: DOCKERFILE, hello: 'hello\n' });
  const good = await ensure(folder);
  await writeFile(join(folder.path, 'smoke-test.sh'), '#!/bin/sh\nexit 1\n');
  await t.rejects(ensure(folder), { code: 'IMAGE_BUILD_FAILED' });
  const [kept, latest] = [await images.find(good.name), await images.find(`${repository}:latest`)];
  t.ok(kept);
  t.equal(latest?.id, kept?.id);
});

await t.test('a failing step is named, with the end of its output', async (t) => {
  const { folder } = await makeFolder(t, {
    Dockerfile: `${DOCKERFILE}RUN echo before >&2 && cat /absent\n`,
    hello: 'hello\n',
  });
  const log: string[] = [];
  await t.rejects(ensure(folder, log), {
    code: 'IMAGE_BUILD_FAILED',
    message:
      /Step 4\/\d+ : RUN echo before >&2 && cat \/absent\n[^]*before\ncat: \/absent: No such file[^]*returned a non-zero code: 1/,
  });
  // Steps before it would stay for the next build, but it is the first.
  const made = log.flatMap((line) => /^ ---> ([0-9a-f]{12})$/.exec(line)?.[1] ?? []);
  await images.remove(made.at(-1) ?? '');
});

await t.test("an invalid Dockerfile is rejected with the builder's message", async (t) => {
  const { folder } = await makeFolder(t, { Dockerfile: 'PLEASE work\n' });
  await t.rejects(ensure(folder), { code: 'IMAGE_BUILD_FAILED', message: /unknown instruction: PLEASE/ });
});

await t.test('a smoke test that never ends is stopped, and its container removed', async (t) => {
  const image = await images.find(BASE_IMAGE);
  const text = '#!/bin/sh\necho started\nexec sleep 1000\n';
  const { exitCode, output } = await images.runScript(image?.id ?? '', { text, timeoutMs: 1_500 });
  t.equal(exitCode, undefined);
  t.equal(output, 'started\n');
  const left = await docker.listContainers({ all: true, filters: { label: ['berth.script'] } });
  t.notOk(left.some((container) => container.ImageID === image?.id && container.State === 'running'));
});

await t.test('folders come after those that they are built on', async (t) => {
  const on = (base: string) => ({ Dockerfile: `ARG BASE_IMAGE=berth/lab-${base}\nFROM \${BASE_IMAGE}\n` });
  const root = t.testdir({ a: on('b'), b: on('c'), c: { Dockerfile: '' }, d: on('d'), e: on('none') });
  t.strictSame(
    (await listLabImages(root)).map(({ name }) => name),
    ['c', 'b', 'e', 'a', 'd'],
  );
});

await t.test('only folders with a Dockerfile are images', async (t) => {
  const root = t.testdir({
    b: { Dockerfile: '' },
    a: { Dockerfile: '' },
    notes: { 'README.md': '' },
    'x.md': '',
  });
  t.strictSame(
    (await listLabImages(root)).map(({ name }) => name),
    ['a', 'b'],
  );
  t.ok((await listLabImages(imagesFolder)).some(({ name }) => name === 'linux'));
});
