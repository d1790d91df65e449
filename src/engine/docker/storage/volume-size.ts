import { fault } from '../../../core/errors.ts';
import { call } from '../faults.ts';
import { runHelper } from '../helper.ts';
import { LABEL, labelsOf } from '../labels.ts';
import { MOVER_LIFETIME_MS, removeOverdue, untilLabel } from '../overdue.ts';
import { WALK_TIMEOUT_MS } from './usage.ts';
import { volumeHelper } from './volume-helper.ts';
import type { VolumeSaver } from './volume-image.ts';
import { findVolume } from './volume-image.ts';
import { HELPER_FOLDER, mount } from './volume-mount.ts';

/** By the length of files, since their holes are written out when a volume is saved. */
const MEASURE = ['du', '--summarize', '--apparent-size', '--block-size=1', HELPER_FOLDER];

/** Bytes in a machine's volume. A helper looks, since the engine measures all of its volumes or none. */
export async function measureVolume(
  { docker, installation, helperImage }: VolumeSaver,
  machineId: string,
  path: string,
): Promise<number> {
  const { Config, HostConfig } = await call(() => docker.getContainer(machineId).inspect());
  const { source, path: volume } = findVolume(HostConfig, path);
  const environment = Config.Labels[LABEL.environment] ?? '';
  const labels = labelsOf(installation, 'mover');
  await removeOverdue(docker, labels);
  const config = volumeHelper({
    Image: helperImage,
    Entrypoint: MEASURE,
    Labels: { ...labelsOf(installation, 'mover', { environment, volume }), ...untilLabel(MOVER_LIFETIME_MS) },
    mount: { ...mount(source, HELPER_FOLDER, { copyUp: false }), ReadOnly: true },
    capabilities: ['DAC_OVERRIDE'],
  });
  const missing = () =>
    fault('IMAGE_NOT_FOUND', { image: helperImage, problem: 'it measures volumes: "berth up" builds it' });
  const { words } = await runHelper(docker, config, { timeoutMs: WALK_TIMEOUT_MS, missing });
  return parseSize(words);
}

/** What du says in its last line; of what went meanwhile it complains before. @throws ENGINE_REFUSED when that is something else */
export function parseSize(words: string): number {
  const [, bytes] = /^(\d+)\t\S+$/m.exec(words.split('\n').at(-1) ?? '') ?? [];
  if (bytes === undefined) throw fault('ENGINE_REFUSED', { problem: `du says: ${words}` });
  // Holes can be longer than can be counted, and longer than anybody lets be saved.
  return Math.min(Number(bytes), Number.MAX_SAFE_INTEGER);
}
