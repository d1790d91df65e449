import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import { createDemultiplexer } from '../exec/demultiplexer.ts';
import { call } from '../faults.ts';
import { labelsOf } from '../labels.ts';
import { MOVER_LIFETIME_MS, removeOverdue, untilLabel } from '../overdue.ts';
import { removeContainer } from '../environments/teardown.ts';
import { volumeHelper } from './volume-helper.ts';
import { HELPER_FOLDER, mount } from './volume-mount.ts';

/** Most of one volume: a file with a hole claims terabytes that the engine would write out. */
const MAX_GIBIBYTES = 10;
const MAX_BYTES = MAX_GIBIBYTES * 1024 ** 3;
/** Enough of tar's words to see why it failed. */
const MAX_WORDS = 2_000;
const TAR = ['tar', '--create', '--file=-', '--format=pax', '--numeric-owner'];
/** Those that programs set, and what programs may (their capabilities); no other reaches beyond its engine. */
const ATTRIBUTES = ['--xattrs', '--xattrs-include=user.*', '--xattrs-include=security.capability'];

/** Who reads the volume. */
export interface VolumeMover {
  image: string;
  installation: string;
  labels: { environment: string; volume: string };
}

/**
 * Has `use` read a volume as a tar stream; the stream fails unless the volume was read to its end. A helper reads it, because only inside do files have the owners
 * that machines see: the engine's own archive names those of the host.
 */
export async function packVolume<T>(
  docker: Docker,
  volume: string,
  { image, installation, labels }: VolumeMover,
  use: (tar: Readable) => Promise<T>,
): Promise<T> {
  await removeOverdue(docker, labelsOf(installation, 'mover'));
  const config = moverConfig(volume, image, {
    ...labelsOf(installation, 'mover', labels),
    ...untilLabel(MOVER_LIFETIME_MS),
  });
  const missing = () =>
    fault('IMAGE_NOT_FOUND', { image, problem: 'it saves volumes: "berth up" builds it' });
  const helper = await call(() => docker.createContainer(config), { missing });
  try {
    const output = await call(() => helper.attach({ stream: true, stdout: true, stderr: true }));
    await call(() => helper.start());
    return await use(Readable.from(readTar(helper, output), { objectMode: false }));
  } finally {
    await removeContainer(docker, helper.id);
  }
}

function moverConfig(volume: string, Image: string, Labels: Record<string, string>) {
  const config = volumeHelper({
    Image,
    Entrypoint: [...TAR, ...ATTRIBUTES, `--directory=${HELPER_FOLDER}`, '.'],
    Labels,
    mount: { ...mount(volume, HELPER_FOLDER, { copyUp: false }), ReadOnly: true },
    capabilities: ['DAC_OVERRIDE'],
  });
  // The output is the volume: it is not to be written down.
  return { ...config, HostConfig: { ...config.HostConfig, LogConfig: { Type: 'none', Config: {} } } };
}

/** What the helper writes, chunk by chunk. @throws ENGINE_REFUSED when it is too much, or does not end well */
async function* readTar(helper: Docker.Container, output: NodeJS.ReadableStream): AsyncGenerator<Buffer> {
  const tar: Buffer[] = [];
  let words = '';
  let bytes = 0;
  const take = createDemultiplexer((channel, payload) => {
    if (channel === 'stdout') tar.push(payload);
    else words = (words + payload.toString()).slice(0, MAX_WORDS);
  });
  for await (const chunk of output) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw refused(`the volume holds more than ${MAX_GIBIBYTES} GiB`);
    take(chunk as Buffer);
    yield* tar.splice(0);
  }
  const { StatusCode } = (await call(() => helper.wait())) as { StatusCode: number };
  if (StatusCode !== 0) throw refused(words.trim() || `tar ended with ${StatusCode}`);
}

function refused(problem: string) {
  return fault('ENGINE_REFUSED', { problem });
}
