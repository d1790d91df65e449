import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { call } from '../faults.ts';
import { TRANSFER_TIMEOUT_MS } from '../exec/files.ts';
import { readWords } from '../helper-words.ts';
import { LABEL } from '../labels.ts';
import { removeContainer } from '../environments/teardown.ts';
import { HELPER_FOLDER, mount } from './volume-mount.ts';
import { fromParts, PARTS_FOLDER } from './volume-parts.ts';
import { volumeHelper } from './volume-helper.ts';

const UNTAR = ['tar', '--extract', '--file=-', '--numeric-owner', '--preserve-permissions', '--same-owner'];
const ATTRIBUTES = ['--xattrs', '--xattrs-include=*'];
/** To give files to their owners, with their modes and what programs may; nothing that reaches beyond the volume. */
const CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETFCAP'];

/** A volume to be filled. */
export interface Filling {
  volume: string;
  /** Image that it was saved as. */
  image: string;
  /** Image with tar. */
  helperImage: string;
  /** What the helpers are called: the name of one, and what the other's begins with. */
  mover: string;
  labels: Record<string, string>;
}

/**
 * Fills an empty volume with what was saved as an image. A helper unpacks it, since only inside do files
 * have the owners that machines see. @throws IMAGE_NOT_FOUND, DISK_FULL, ENGINE_REFUSED with tar's words
 */
export async function fillVolume(docker: Docker, filling: Filling): Promise<void> {
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
    // An image needs a command, though this one never runs.
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
  // A tar that fails closes its input early: how it ended says why.
  const [written, { StatusCode }] = await Promise.all([
    pipeline(tar, input, { end: true }).then(
      () => undefined,
      (error: unknown) => error,
    ),
    ended,
  ]);
  if (StatusCode !== 0) {
    throw fillingFault((await readWords(helper)) || `tar ended with ${StatusCode}`, written);
  }
  if (written !== undefined) throw written;
}

/** What tar's words say of why it failed. */
export function fillingFault(problem: string, cause?: unknown): Fault {
  return /no space left on device/i.test(problem)
    ? fault('DISK_FULL', { where: 'the container engine' }, cause)
    : fault('ENGINE_REFUSED', { problem }, cause);
}

async function requireSaved(docker: Docker, image: string): Promise<void> {
  const missing = () => fault('IMAGE_NOT_FOUND', { image, problem: 'what was saved there is gone' });
  const { Config } = await call(() => docker.getImage(image).inspect(), { missing });
  if (Config.Labels?.[LABEL.volume] === undefined) {
    throw fault('IMAGE_NOT_FOUND', { image, problem: 'the one of that name holds no saved volume' });
  }
}
