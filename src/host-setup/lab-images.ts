import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildFile, EngineImages, ImageBuildSpec } from '../engine/engine-images.ts';
import { fault } from '../core/errors.ts';
import { defaultBase, findBuildBase, REPOSITORY_PREFIX } from './lab-image-base.ts';
import type { BuildBase } from './lab-image-base.ts';
import type { Step } from '../../setup/steps.mjs';

/** Folder with one folder for each lab image. `src` and `dist` are at the same level, so the path holds for both. */
export const imagesFolder = fileURLToPath(new URL('../../images', import.meta.url));

const SMOKE_TEST = 'smoke-test.sh';
/** Maximum time of a smoke test, which only checks whether tools start. A longer one hangs. */
const SMOKE_TEST_TIMEOUT_MS = 60_000;
/** Length of the digest in a tag: enough to distinguish versions, and readable. */
const TAG_CHARS = 12;
/** Maximum size of a build context, which is sent from memory. Lab images are recipes, not archives. */
const MAX_CONTEXT_BYTES = 64 * 1024 * 1024;

export interface LabImageFolder {
  readonly name: string;
  readonly path: string;
  /** Name of the folder of its base image; undefined if its base has no folder. */
  readonly builtOn?: string | undefined;
}

/** Lists the folders below `root` with a Dockerfile, by name. Folders based on another folder's image come last. */
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

/** Returns whether the engine has an image of each folder, of any version. Sessions can run on them. */
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
 * Ensures that the engine has the image of a folder's current content, on this base image or the one in its Dockerfile.
 * Builds it if its content or its base has changed, and tags it only after its smoke test has passed.
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
  /** See {@link ImageBuildSpec}. */
  onLeftover?: ImageBuildSpec['onLeftover'];
}): Promise<{ name: string; note: string }> {
  const latest = `${repositoryOf(folder.name)}:latest`;
  const current = await images.find(latest);
  // If an image was built without its registry base, later starts must not wait for a registry.
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
  return { name, note: current ? 'changed, rebuilt' : 'built' };
}

/** Returns the image name for a folder of this name, without a tag. */
export function repositoryOf(folder: string): string {
  return REPOSITORY_PREFIX + folder;
}

/**
 * Returns the content of a folder's image and its name for exactly this content. {@link findBuildBase} finds its base.
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

/** Removes versions that no session uses. The others keep their names until a later build. */
async function removeFormer(images: EngineImages, repository: string, kept: readonly string[]) {
  for (const name of await images.listNames(repository)) {
    if (!kept.includes(name)) await images.remove(name);
  }
}

/** Reads names, contents and modes of a folder's files, sorted by name. */
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

/** Returns a digest that depends only on the files and the base image. */
function contentDigest(files: readonly BuildFile[], baseId: string): string {
  const hash = createHash('sha256').update(`${baseId}\n`);
  for (const { path, content, executable } of files) {
    hash.update(JSON.stringify([path, executable, content.length])).update(content);
  }
  return hash.digest('hex');
}

/** Images of the local registry, and its initial content. */
const OF_REGISTRY = /^(registry|hub-.+)$/;
/** Image of machines with their own engine. */
const NESTED = 'docker';

/** Image of imported labs. The first import builds it. */
const OF_IMPORTS = 'ubuntu';

/**
 * Returns the images that this host needs. Includes images of the local registry and of nested engines only if they are
 * enabled, and the image of imports only if another folder is based on it.
 */
export function neededImages(
  folders: readonly LabImageFolder[],
  env: NodeJS.ProcessEnv,
  { nested }: { nested: boolean },
): LabImageFolder[] {
  const registry = env['BERTH_REGISTRY'] !== 'off';
  const isBase = folders.some(({ builtOn }) => builtOn === OF_IMPORTS);
  return folders.filter(
    ({ name }) =>
      (isBase || name !== OF_IMPORTS) && (registry || !OF_REGISTRY.test(name)) && (nested || name !== NESTED),
  );
}
