import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { BuildFile, EngineImages, ImageBuildSpec } from '../engine/engine-images.ts';
import { fault } from '../core/errors.ts';
import { defaultBase, findBuildBase, REPOSITORY_PREFIX } from './lab-image-base.ts';
import type { BuildBase } from './lab-image-base.ts';
import type { Step } from '../../setup/steps.mjs';

const SMOKE_TEST = 'smoke-test.sh';
/** A smoke test looks whether tools start; one that takes longer hangs. */
const SMOKE_TEST_TIMEOUT_MS = 60_000;
/** Enough of a digest to tell versions apart, and short enough to read. */
const TAG_CHARS = 12;
/** A build context is sent from memory; lab images are recipes, not archives. */
const MAX_CONTEXT_BYTES = 64 * 1024 * 1024;

export interface LabImageFolder {
  readonly name: string;
  readonly path: string;
  /** Name of the folder whose image it is built on; undefined for one that is built on another image. */
  readonly builtOn?: string | undefined;
}

/** The folders below `root` that hold a Dockerfile, by name; those that are built on another of them come last. */
export async function listLabImages(root: string): Promise<LabImageFolder[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const found = await Promise.all(
    folders.toSorted().map(async (name) => {
      const path = join(root, name);
      if (!(await readdir(path)).includes('Dockerfile')) return [];
      const base = defaultBase(await readFile(join(path, 'Dockerfile'), 'utf8'));
      const builtOn = base.startsWith(REPOSITORY_PREFIX) ? base.slice(REPOSITORY_PREFIX.length) : undefined;
      return [{ name, path, builtOn }];
    }),
  );
  const all = found.flat();
  const chain = ({ builtOn }: LabImageFolder, most = all.length): number => {
    const below = all.find(({ name }) => name === builtOn);
    return most > 0 && below ? 1 + chain(below, most - 1) : builtOn === undefined ? 0 : 1;
  };
  return all.toSorted((a, b) => chain(a) - chain(b));
}

/** Whether the engine has an image of each folder, of whatever version: sessions run on these. */
export async function hasLabImages(
  images: EngineImages,
  folders: readonly LabImageFolder[],
): Promise<boolean> {
  const found = await Promise.all(
    folders.map(({ name }) => images.find(`${REPOSITORY_PREFIX}${name}:latest`)),
  );
  return found.every((image) => image !== undefined);
}

/**
 * Makes sure that the engine has the image of a folder as it is now, on this base image or the one that
 * its Dockerfile names: builds it where its content or its base has changed, and names it only after its
 * smoke test passed.
 *
 * @throws IMAGE_BUILD_FAILED with the failing step's output, or the smoke test's
 */
export async function ensureLabImage({
  images,
  folder,
  debian,
  step,
  signal,
  onLeftover,
}: {
  images: EngineImages;
  folder: LabImageFolder;
  debian: BuildBase;
  step: Step;
  signal?: AbortSignal;
  /** As {@link ImageBuildSpec} has it. */
  onLeftover?: ImageBuildSpec['onLeftover'];
}): Promise<{ name: string; note: string }> {
  const latest = `${repositoryOf(folder.name)}:latest`;
  const current = await images.find(latest);
  // One that was built without it is not to make every start wait for a registry.
  const fetch = current === undefined;
  const { base, files, digest, repository, name } = await readRecipe({ images, folder, debian, fetch });
  const present = await images.find(name);
  if (present) {
    if (current?.id !== present.id) await images.tag(name, latest);
    return { name, note: 'unchanged' };
  }
  const id = await images.build({
    name: repository,
    context: files.filter(({ path }) => path !== SMOKE_TEST),
    arguments: { BASE_IMAGE: base.name },
    labels: { 'berth.image': folder.name, 'berth.image.digest': digest },
    onOutput: step.progress,
    signal,
    ...(onLeftover && { onLeftover }),
  });
  await smokeTest({ images, repository, id, files, step });
  for (const given of [name, latest]) await images.tag(id, given);
  await removeFormer(images, repository, [name, latest]);
  return { name, note: current ? 'changed, built anew' : 'built' };
}

/** What the image of a folder of this name is called, without a tag. */
export function repositoryOf(folder: string): string {
  return REPOSITORY_PREFIX + folder;
}

/**
 * What a folder's image is made of, and what it is called when it is made of just that; as
 * {@link findBuildBase} finds what it is built on.
 */
export async function readRecipe({
  images,
  folder,
  debian,
  fetch,
}: {
  images: Pick<EngineImages, 'find' | 'findOrPull'>;
  folder: LabImageFolder;
  debian: BuildBase;
  fetch: boolean;
}) {
  const files = await readBuildFiles(folder.path);
  const dockerfile = files.find(({ path }) => path === 'Dockerfile')?.content.toString() ?? '';
  const base = await findBuildBase({ images, wanted: defaultBase(dockerfile), debian, fetch });
  const digest = contentDigest(files, base.id);
  const repository = repositoryOf(folder.name);
  return { base, files, digest, repository, name: `${repository}:${digest.slice(0, TAG_CHARS)}` };
}

async function smokeTest({
  images,
  repository,
  id,
  files,
  step,
}: {
  images: EngineImages;
  repository: string;
  id: string;
  files: readonly BuildFile[];
  step: Step;
}): Promise<void> {
  const script = files.find(({ path }) => path === SMOKE_TEST);
  if (!script) return;
  step.progress('trying it');
  const text = script.content.toString();
  const { exitCode, output } = await images.runScript(id, { text, timeoutMs: SMOKE_TEST_TIMEOUT_MS });
  if (exitCode === 0) return;
  await images.remove(id);
  const outcome = exitCode === undefined ? 'did not end in time' : `ended with exit code ${exitCode}`;
  throw fault('IMAGE_BUILD_FAILED', {
    image: repository,
    problem: `its ${SMOKE_TEST} ${outcome}.\n${output}`,
  });
}

/** Versions that no session runs on any more go; the others keep their names until a later build. */
async function removeFormer(images: EngineImages, repository: string, kept: readonly string[]) {
  for (const name of await images.listNames(repository)) {
    if (!kept.includes(name)) await images.remove(name);
  }
}

/** Names, contents and modes of a folder's files, in an order of their own. */
async function readBuildFiles(root: string): Promise<BuildFile[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > MAX_CONTEXT_BYTES) {
    const problem = `its folder holds ${total} bytes, more than the ${MAX_CONTEXT_BYTES} of a build context`;
    throw fault('IMAGE_BUILD_FAILED', { image: root, problem });
  }
  const files = paths.map(async (path) => ({
    path: relative(root, path).split(sep).join('/'),
    content: await readFile(path),
    executable: ((await stat(path)).mode & 0o100) !== 0,
  }));
  return (await Promise.all(files)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Changes with any file and with the base image, and with nothing else. */
export function contentDigest(files: readonly BuildFile[], baseId: string): string {
  const hash = createHash('sha256').update(`${baseId}\n`);
  for (const { path, content, executable } of files) {
    hash.update(JSON.stringify([path, executable, content.length])).update(content);
  }
  return hash.digest('hex');
}
