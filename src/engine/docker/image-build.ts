import { Readable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type Dockerode from 'dockerode';
import { pack as createPack } from 'tar-stream';
import { fault } from '../../errors.ts';
import type { BuildFile, ImageBuildSpec } from '../engine-images.ts';
import { engineWords, hasStatus } from './faults.ts';
import { readMessages } from './image-stream.ts';
import type { ImageMessage } from './image-stream.ts';

/** Enough of the failing step's output to see what is wrong. */
const TAIL_LINES = 30;
/** What a command prints without a line end is told in pieces of this length. */
const MAX_LINE_CHARS = 4_000;

/** Builds an image with the engine's own builder and answers its id. */
export async function buildImage(docker: Dockerode, spec: ImageBuildSpec): Promise<string> {
  const log = createBuildLog(spec.onOutput);
  let id: string | undefined;
  for await (const message of await startBuild(docker, spec)) {
    if (message.aux?.ID) id = message.aux.ID;
    if (message.stream) log.add(message.stream);
    if (message.error) throw buildFault(spec.name, log.failure(message.error));
  }
  if (!id) throw buildFault(spec.name, log.failure('the engine ended the build without an image'));
  return id;
}

async function startBuild(docker: Dockerode, spec: ImageBuildSpec): Promise<AsyncGenerator<ImageMessage>> {
  try {
    const stream = await docker.buildImage(packFiles(spec.files), {
      buildargs: spec.arguments,
      labels: spec.labels,
      forcerm: true,
      version: '1',
    });
    return readMessages(stream);
  } catch (error) {
    // A Dockerfile that can not be read is refused before the build begins.
    if (hasStatus(error, 400)) throw buildFault(spec.name, engineWords(error), error);
    throw error;
  }
}

/** Puts the pieces of a build's log together to lines, and keeps those of the present step. */
function createBuildLog(onOutput: (line: string) => void) {
  let step = '';
  let tail: string[] = [];
  let rest = '';

  function addLine(raw: string) {
    // The builder colours what commands print to their error output.
    const line = stripVTControlCharacters(raw).trimEnd();
    if (line === '') return;
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
