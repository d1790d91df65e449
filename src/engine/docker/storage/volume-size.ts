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

/** Measures the length of files, since saving a volume writes their holes as zeros. */
const MEASURE = ['du', '--summarize', '--apparent-size', '--block-size=1', HELPER_FOLDER];

/**
 * Returns the bytes in a machine's volume. A helper measures it, since the engine can only measure all
 * volumes together.
 */
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

/**
 * Parses the last line of du's output; earlier lines report files that were deleted meanwhile.
 * @throws ENGINE_REFUSED for any other output
 */
export function parseSize(words: string): number {
  const [, bytes] = /^(\d+)\t\S+$/m.exec(words.split('\n').at(-1) ?? '') ?? [];
  if (bytes === undefined) throw fault('ENGINE_REFUSED', { problem: `du printed: ${words}` });
  // Files with holes can be longer than the largest safe integer, and longer than any save allows.
  return Math.min(Number(bytes), Number.MAX_SAFE_INTEGER);
}
