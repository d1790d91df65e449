import { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { pack as createPack } from 'tar-stream';
import { fault } from '../../errors.ts';
import type { BuildFile, ImageBuildSpec } from '../engine-images.ts';
import { readMessages } from './image-stream.ts';

/** Enough of the failing step's output to see what is wrong. */
const TAIL_LINES = 30;

/** Builds an image with the engine's own builder and answers its id. */
export async function buildImage(docker: Dockerode, spec: ImageBuildSpec): Promise<string> {
  const stream = await docker.buildImage(packFiles(spec.files), {
    buildargs: spec.arguments,
    labels: spec.labels,
    forcerm: true,
    version: '1',
  });
  let step = '';
  let tail: string[] = [];
  let id: string | undefined;
  for await (const message of readMessages(stream)) {
    if (message.aux?.ID) id = message.aux.ID;
    for (const line of (message.stream ?? '').split('\n').filter((text) => text.trim() !== '')) {
      if (/^Step \d+\/\d+ : /.test(line)) [step, tail] = [line, []];
      else tail = [...tail, line].slice(-TAIL_LINES);
      spec.onOutput(line);
    }
    if (message.error) throw buildFault(spec.name, [step, ...tail, message.error]);
  }
  if (!id) throw buildFault(spec.name, [step, ...tail, 'the engine ended the build without an image']);
  return id;
}

function buildFault(image: string, lines: string[]) {
  const problem = lines.filter(Boolean).join('\n');
  return /no space left on device/i.test(problem)
    ? fault('DISK_FULL', { where: 'the container engine' })
    : fault('IMAGE_BUILD_FAILED', { image, problem });
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
