import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { call } from '../faults.ts';
import { TRANSFER_TIMEOUT_MS } from '../exec/files.ts';
import { readHelperOutput } from '../helper.ts';
import { LABEL } from '../labels.ts';
import { removeContainer } from '../environments/teardown.ts';
import { HELPER_FOLDER, mount, volumeHelper } from './volume-helper.ts';
import { fromParts, PARTS_FOLDER } from './volume-parts.ts';

const UNTAR = ['tar', '--extract', '--file=-', '--numeric-owner', '--preserve-permissions', '--same-owner'];
const ATTRIBUTES = ['--xattrs', '--xattrs-include=*'];
/** Capabilities to set owners, modes and file capabilities; none has an effect outside the volume. */
const CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETFCAP'];

/** A volume to fill. */
interface VolumeFilling {
  volume: string;
  /** The saved image. */
  image: string;
  /** Image with tar. */
  helperImage: string;
  /** Name of the helper, and prefix of the second container's name. */
  mover: string;
  labels: Record<string, string>;
}

/**
 * Fills an empty volume with the content of a saved image. A helper unpacks it, because files have the owners
 * that machines see only inside a container.
 * @throws IMAGE_NOT_FOUND, DISK_FULL, ENGINE_REFUSED with tar's message
 */
export async function fillVolume(docker: Docker, filling: VolumeFilling): Promise<void> {
  const { volume, image, helperImage, mover, labels } = filling;
  await requireSaved(docker, image);
  const store = `${mover}.store`;
  const missing = () =>
    fault('IMAGE_NOT_FOUND', { image: helperImage, problem: 'it fills volumes: "berth up" builds it' });
  const config = volumeHelper({
    name: mover,
    Image: helperImage,
    Entrypoint: [...UNTAR, ...ATTRIBUTES, `--directory=${HELPER_FOLDER}`],
    Labels: labels,
    mount: mount(volume, HELPER_FOLDER, { copyUp: false }),
    capabilities: CAPABILITIES,
  });
  try {
    // A container needs a command, though this one never runs.
    await call(() =>
      docker.createContainer({
        name: store,
        Image: image,
        Cmd: ['none'],
        Labels: labels,
        HostConfig: { NetworkMode: 'none' },
      }),
    );
    const parts = await call(() => docker.getContainer(store).getArchive({ path: `/${PARTS_FOLDER}` }));
    const helper = await call(() => docker.createContainer(config), { missing });
    await unpack(helper, Readable.from(fromParts(parts as Readable), { objectMode: false }));
  } finally {
    await Promise.all([removeContainer(docker, mover), removeContainer(docker, store)]);
  }
}

async function unpack(helper: Docker.Container, tar: Readable): Promise<void> {
  const input = await call(() =>
    helper.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true }),
  );
  await call(() => helper.start());
  const ended = call(() => helper.wait(), { timeoutMs: TRANSFER_TIMEOUT_MS }) as Promise<{
    StatusCode: number;
  }>;
  input.resume();
  // If tar fails, it closes its input early. Its exit code and messages say why.
  const [written, { StatusCode }] = await Promise.all([
    pipeline(tar, input, { end: true }).then(
      () => undefined,
      (error: unknown) => error,
    ),
    ended,
  ]);
  if (StatusCode !== 0) {
    throw fillingFault((await readHelperOutput(helper)) || `tar ended with ${StatusCode}`, written);
  }
  if (written !== undefined) throw written;
}

/** Converts tar's error messages. */
export function fillingFault(problem: string, cause?: unknown): Fault {
  return /no space left on device/i.test(problem)
    ? fault('DISK_FULL', { where: 'the container engine' }, cause)
    : fault('ENGINE_REFUSED', { problem }, cause);
}

async function requireSaved(docker: Docker, image: string): Promise<void> {
  const missing = () => fault('IMAGE_NOT_FOUND', { image, problem: 'the saved image is gone' });
  const { Config } = await call(() => docker.getImage(image).inspect(), { missing });
  if (Config.Labels?.[LABEL.volume] === undefined) {
    throw fault('IMAGE_NOT_FOUND', { image, problem: 'the image with that name is not a saved volume' });
  }
}
