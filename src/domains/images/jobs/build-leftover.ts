import type { EngineImage } from '../../../engine/engine-images.ts';

/** How far the engine's clock may be from ours, in milliseconds. */
const CLOCK_DIFFERENCE_MS = 60_000;
/** A line by which the builder tells which image a step made, or took from an earlier build. */
const MADE = /^ ---> ([0-9a-f]{12})$/gm;

/** A build that did not come to its end. */
export interface BrokenBuild {
  /** What it printed. */
  log: string;
  begunAt: Date;
}

/** Of the engine's images the one that the steps of a build made until it broke off: it has no name. Pure. */
export function leftoverOf(
  { log, begunAt }: BrokenBuild,
  images: readonly EngineImage[],
): EngineImage | undefined {
  const made = [...log.matchAll(MADE)].at(-1)?.[1];
  if (made === undefined) return undefined;
  return images.find(
    ({ id, names, digests, createdAt }) =>
      id.startsWith(`sha256:${made}`) &&
      names.length + digests.length === 0 &&
      createdAt.getTime() >= begunAt.getTime() - CLOCK_DIFFERENCE_MS,
  );
}
