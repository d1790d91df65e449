import { fault } from '../../../core/errors.ts';
import type { Fault } from '../../../core/errors.ts';
import { formatBytes } from '../../../core/units.ts';
import { neverFits } from './ledger.ts';
import type { Limits, QuotaLimit, Share } from './ledger.ts';

type Need = Pick<Share, 'memoryBytes' | 'networks'>;

/** Why an environment of this need is never made; undefined when it can be, one day. Pure. */
export function tooLarge(
  lab: string,
  need: Need,
  most: Pick<Limits, 'memoryBytes' | 'networks'>,
): Fault | undefined {
  const what = neverFits(need, most);
  if (what === undefined) return undefined;
  if (what === 'memory') return tooMuchMemory(lab, need, most.memoryBytes, 'raises BERTH_MEMORY_BUDGET');
  return fault('LAB_TOO_LARGE', {
    lab,
    needed: `${need.networks} networks`,
    most: `${most.networks} networks`,
    remedy: 'gives BERTH_SUBNET_POOL a larger range',
  });
}

/** As {@link tooLarge}, by a quota. Pure. */
export function overQuota(lab: string, need: Need, quota: QuotaLimit): Fault | undefined {
  if (need.memoryBytes <= (quota.memoryBytes ?? Infinity)) return undefined;
  return tooMuchMemory(lab, need, quota.memoryBytes ?? 0, `raises the quota of ${quota.subject}`);
}

function tooMuchMemory(lab: string, need: Need, most: number, remedy: string): Fault {
  const needed = `${formatBytes(need.memoryBytes)} of memory`;
  return fault('LAB_TOO_LARGE', { lab, needed, most: formatBytes(most), remedy });
}
