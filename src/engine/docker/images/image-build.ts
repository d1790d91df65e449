import { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type Dockerode from 'dockerode';
import { pack as createPack } from 'tar-stream';
import { fault } from '../../../core/errors.ts';
import type { BuildFile, ImageBuildSpec, RegistryLogin } from '../../engine-images.ts';
import { call, engineWords, hasStatus } from '../faults.ts';
import { inspectImage, loginAddress } from './image-pull.ts';
import type { PullContext } from './image-pull.ts';
import { readMessages } from './image-stream.ts';
import type { ImageMessage } from './image-stream.ts';

/** The engine's words for an image that it had not; a step of the build cannot say them, its output comes in another way. */
const FETCHED = /^Status: Downloaded newer image for (\S+)$/;

/**
 * Makes what reads the engine's words of a build and tells `onPulled` of the images that it fetched to
 * build upon. To be made before the build begins: names that the engine has by then are not told.
 */
async function watchBases({
  docker,
  onPulled,
}: Pick<PullContext, 'docker' | 'onPulled'>): Promise<(status: string) => Promise<void>> {
  if (!onPulled) return async () => undefined;
  const before = await namesOnEngine(docker);
  return async (status) => {
    const name = FETCHED.exec(status)?.[1];
    if (name === undefined || before.has(name)) return;
    const fetched = await inspectImage(docker, name);
    if (fetched) await onPulled({ name, id: fetched.id });
  };
}

async function namesOnEngine(docker: Dockerode): Promise<Set<string>> {
  const images = await call(() => docker.listImages());
  return new Set(
    images.flatMap(({ RepoTags, RepoDigests }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])]),
  );
}

/** Enough of the failing step's output to see what is wrong. */
const TAIL_LINES = 30;
/** What a command prints without a line end is told in pieces of this length. */
const MAX_LINE_CHARS = 4_000;

/** How far the engine's clock may be from ours, in milliseconds. */
const CLOCK_DIFFERENCE_MS = 60_000;
/** Longest wait for the engine to tell of what is left, in milliseconds. */
const LEFTOVER_TIMEOUT_MS = 10_000;

/** What building needs beside the engine. */
export interface BuildContext extends Pick<PullContext, 'docker' | 'onPulled'> {
  /** Logins of all registries, since only the engine knows which a Dockerfile names. */
  allCredentials?: (() => Promise<Record<string, RegistryLogin>>) | undefined;
}

/** Builds an image with the engine's own builder and answers its id. */
export async function buildImage(context: BuildContext, spec: ImageBuildSpec): Promise<string> {
  const begun = Date.now();
  const log = createBuildLog(spec.onOutput);
  try {
    const onStatus = await watchBases(context);
    return await followBuild(await startBuild(context, spec), { name: spec.name, log, onStatus });
  } catch (error) {
    // What went wrong first is what is told, also where the engine cannot be asked any more.
    const leftover = await findLeftover(context.docker, log.lastMade(), begun).catch(() => undefined);
    if (leftover !== undefined) await spec.onLeftover?.(leftover);
    throw spec.signal?.aborted ? spec.signal.reason : error;
  } finally {
    if (spec.context instanceof Readable) spec.context.destroy();
  }
}

async function followBuild(
  messages: AsyncGenerator<ImageMessage>,
  {
    name,
    log,
    onStatus,
  }: {
    name: string;
    log: ReturnType<typeof createBuildLog>;
    onStatus: (status: string) => Promise<void>;
  },
): Promise<string> {
  let id: string | undefined;
  for await (const message of messages) {
    if (message.aux?.ID) id = message.aux.ID;
    if (message.stream) log.add(message.stream);
    if (message.status) await onStatus(message.status);
    if (message.error) throw buildFault(name, log.failure(message.error));
  }
  if (!id) throw buildFault(name, log.failure('the engine ended the build without an image'));
  return id;
}

async function startBuild(
  { docker, allCredentials }: BuildContext,
  spec: ImageBuildSpec,
): Promise<AsyncGenerator<ImageMessage>> {
  const { context, signal } = spec;
  signal?.throwIfAborted();
  const registryconfig = encodeLogins((await allCredentials?.()) ?? {});
  try {
    const stream = await docker.buildImage(context instanceof Readable ? context : packFiles(context), {
      buildargs: spec.arguments,
      labels: spec.labels,
      forcerm: true,
      version: '1',
      ...(signal && { abortSignal: signal }),
      registryconfig,
    });
    return readMessages(stream);
  } catch (error) {
    // A context that cannot be read is refused before the build begins.
    if (hasStatus(error, 400)) throw buildFault(spec.name, engineWords(error), error);
    throw error;
  }
}

/** The library's own encoding of these is not the one that engines read: it has `+` and `/` where they want `-` and `_`. */
function encodeLogins(credentials: Record<string, RegistryLogin>): Dockerode.RegistryConfig {
  const logins = Object.entries(credentials).map(([registry, login]) => [loginAddress(registry), login]);
  const text = Buffer.from(JSON.stringify(Object.fromEntries(logins))).toString('base64');
  const base64 = text.replaceAll('+', '-').replaceAll('/', '_');
  return { base64 } as unknown as Dockerode.RegistryConfig;
}

/** The image of the steps that were done, where this build made it and nothing has named it. */
async function findLeftover(docker: Dockerode, id: string | undefined, begun: number) {
  if (id === undefined) return undefined;
  try {
    const image = await call(() => docker.getImage(id).inspect(), { timeoutMs: LEFTOVER_TIMEOUT_MS });
    const named = image.RepoTags.length > 0 || image.RepoDigests.length > 0;
    return named || Date.parse(image.Created) < begun - CLOCK_DIFFERENCE_MS ? undefined : image.Id;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Puts the pieces of a build's log together to lines, and keeps those of the present step. */
function createBuildLog(onOutput: (line: string) => void) {
  let step = '';
  let tail: string[] = [];
  let rest = '';
  let made: string | undefined;

  function addLine(raw: string) {
    // The builder colours what commands print to their error output.
    const line = stripVTControlCharacters(raw).trimEnd();
    if (line === '') return;
    made = /^ ---> ([0-9a-f]{12})$/.exec(line)?.[1] ?? made;
    if (/^Step \d+\/\d+ : /.test(line)) [step, tail] = [line, []];
    else tail = [...tail, line].slice(-TAIL_LINES);
    onOutput(line);
  }

  return {
    add(text: string) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) addLine(line);
      if (rest.length > MAX_LINE_CHARS) {
        addLine(rest);
        rest = '';
      }
    },
    /** Short id of the image that the last step made, as the builder tells it. */
    lastMade: () => made,
    failure(reason: string): string {
      addLine(rest);
      return [step, ...tail, reason].filter(Boolean).join('\n');
    },
  };
}

function buildFault(image: string, problem: string, cause?: unknown) {
  return /no space left on device/i.test(problem)
    ? fault('DISK_FULL', { where: 'the container engine' }, cause)
    : fault('IMAGE_BUILD_FAILED', { image, problem }, cause);
}

/** The same files always make the same bytes, so that the engine's build cache works. */
function packFiles(files: readonly BuildFile[]) {
  const pack = createPack();
  for (const { path, content, executable } of files) {
    pack.entry({ name: path, mode: executable ? 0o755 : 0o644, mtime: new Date(0), uid: 0, gid: 0 }, content);
  }
  pack.finalize();
  return Readable.from(pack, { objectMode: false });
}
