import { PICTURE_LIMITS } from '../reading/pictures.ts';

export type PictureBudget = ReturnType<typeof createPictureBudget>;

/**
 * Limits the total size of embedded pictures in a lab. Every text in every language can embed the same file, so
 * without a limit a small folder could fill the memory.
 */
export function createPictureBudget() {
  let left = PICTURE_LIMITS.lab;
  return {
    /** Counts a picture. Returns a problem, and does not count it, if it exceeds the limit. */
    take(bytes: number): string | undefined {
      if (bytes > left) return TOO_MUCH;
      left -= bytes;
      return undefined;
    },
  };
}

const TOO_MUCH =
  `the pictures of this lab are larger than ${PICTURE_LIMITS.lab / 1024 / 1024} MiB in total, counting each one ` +
  'in every text and language that shows it: use fewer or smaller pictures';
