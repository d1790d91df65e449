import type { ProvisionProgress } from '../../../../engine/engine.ts';

/** How far an environment is, from nothing to machines that can be worked in. */
export type PreparingProgress = ProvisionProgress | { phase: 'preparing'; percent?: number };
