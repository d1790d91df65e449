import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { fault, isFault } from '../../../core/errors.ts';
import { withoutEscapes } from '../../../core/plain-text.ts';
import { packTar } from '../../../core/tar.ts';
import type { ImageBuildSpec, RegistryLogin, BuildFile } from '../../engine-images.ts';
import { call, engineMessage, hasStatus } from '../faults.ts';
import { inspectImage, loginAddress } from './image-pull.ts';
import type { PullContext } from './image-pull.ts';
import { readMessages } from '../messages.ts';
import type { ImageMessage } from '../messages.ts';

/**
 * The engine's message for an image that it pulled. The output of a build's step arrives in another field, so
 * it cannot forge this.
 */
const FETCHED = /^Status: Downloaded newer image for (\S+)$/;

/**
 * Returns a function that reads the engine's build messages and calls `onPulled` for each base image that the
 * engine pulled. Call it before the build starts: it ignores names that the engine has by then.
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

/** Lines of the failing step's output to report. */
const TAIL_LINES = 30;
/** Longest line, in characters; longer output without a line end is split. */
const MAX_LINE_CHARS = 4_000;

/** How often to build when images that are removed at the same time disturb it. Each attempt keeps the cached steps. */
const ATTEMPTS = 5;
/** The engine's reason, which comes last, so that a step's output cannot forge it. */
const DISTURBED = /(?:^|\n)unable to find image "sha256:[0-9a-f]{64}"$/;

/** Largest difference between the engine's clock and ours, in milliseconds. */
const CLOCK_DIFFERENCE_MS = 60_000;
/** Longest wait for the engine's answer about the leftover image, in milliseconds. */
const LEFTOVER_TIMEOUT_MS = 10_000;

/** The dependencies of a build. */
export interface BuildContext extends Pick<PullContext, 'docker' | 'onPulled'> {
  /** Credentials of all registries: only the engine knows which ones a Dockerfile uses. */
  allCredentials?: (() => Promise<Record<string, RegistryLogin>>) | undefined;
}

/** Builds an image with the engine's own builder and returns its id. */
export async function buildImage(context: BuildContext, spec: ImageBuildSpec): Promise<string> {
  const startedAt = Date.now();
  const log = createBuildLog(spec.onOutput);
  try {
    const onStatus = await watchBases(context);
    for (let attempt = 1; ; attempt++) {
      try {
        return await followBuild(await startBuild(context, spec), { name: spec.name, log, onStatus });
      } catch (error) {
        if (!isDisturbed(error)) throw error;
        // A stream is read by now.
        if (spec.context instanceof Readable || attempt === ATTEMPTS) {
          throw buildFault(spec.name, 'An image was removed at the same time. Build it again.', error);
        }
      }
    }
  } catch (error) {
    // The original error is thrown even if the engine no longer answers.
    const leftover = await findLeftover(context.docker, log.lastImage(), startedAt).catch(() => undefined);
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
    // The engine rejects an invalid context before the build starts.
    if (hasStatus(error, 400)) throw buildFault(spec.name, engineMessage(error), error);
    throw error;
  }
}

/** Encodes the credentials as engines expect: base64 with `-` and `_`, where the library uses `+` and `/`. */
function encodeLogins(credentials: Record<string, RegistryLogin>): Dockerode.RegistryConfig {
  const logins = Object.entries(credentials).map(([registry, login]) => [loginAddress(registry), login]);
  const text = Buffer.from(JSON.stringify(Object.fromEntries(logins))).toString('base64');
  const base64 = text.replaceAll('+', '-').replaceAll('/', '_');
  return { base64 } as unknown as Dockerode.RegistryConfig;
}

/** Returns the image of the completed steps, if this build created it and it has no name. */
async function findLeftover(docker: Dockerode, id: string | undefined, startedAt: number) {
  if (id === undefined) return undefined;
  try {
    const image = await call(() => docker.getImage(id).inspect(), { timeoutMs: LEFTOVER_TIMEOUT_MS });
    const named = image.RepoTags.length > 0 || image.RepoDigests.length > 0;
    return named || Date.parse(image.Created) < startedAt - CLOCK_DIFFERENCE_MS ? undefined : image.Id;
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Joins the chunks of a build's log to lines, and keeps the last lines of the current step. */
function createBuildLog(onOutput: (line: string) => void) {
  let step = '';
  let tail: string[] = [];
  let rest = '';
  let lastImage: string | undefined;

  function addLine(raw: string) {
    // The builder colors the error output of commands.
    const line = withoutEscapes(raw).trimEnd();
    if (line === '') return;
    lastImage = /^ ---> ([0-9a-f]{12})$/.exec(line)?.[1] ?? lastImage;
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
    /** Returns the short id of the last step's image, as the builder reports it. */
    lastImage: () => lastImage,
    failure(reason: string): string {
      addLine(rest);
      return [step, ...tail, reason].filter(Boolean).join('\n');
    },
  };
}

/**
 * Whether the build failed because another image was removed while the builder looked for a cached step: it lists the
 * images and then reads each one.
 */
function isDisturbed(error: unknown): boolean {
  return isFault(error, 'IMAGE_BUILD_FAILED') && DISTURBED.test(String(error.details['problem']));
}

function buildFault(image: string, problem: string, cause?: unknown) {
  return /no space left on device/i.test(problem)
    ? fault('DISK_FULL', { where: 'the container engine' }, cause)
    : fault('IMAGE_BUILD_FAILED', { image, problem }, cause);
}

/**
 * Packs files into a tar stream. The same files always give the same bytes, so that the engine's build cache
 * works.
 */
export function packFiles(files: readonly BuildFile[]): Readable {
  return packTar(async (add) => {
    for (const { path, content, executable } of files) {
      await add(
        { name: path, mode: executable ? 0o755 : 0o644, mtime: new Date(0), uid: 0, gid: 0 },
        content,
      );
    }
  });
}
