import type { Planned } from './admission.ts';

/** What a session that waits is short of. */
export interface Shortage {
  of: 'memoryBytes' | 'networks';
  amount: number;
}

/** What prewarmed environments can give for one that waits; undefined where it waits for something else. */
export function shortageOf({ verdict, entry: { share } }: Planned): Shortage | undefined {
  if (verdict === 'memory') return { of: 'memoryBytes', amount: share.memoryBytes };
  return verdict === 'networks' ? { of: 'networks', amount: share.networks } : undefined;
}
