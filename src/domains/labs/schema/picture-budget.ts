import { PICTURE_LIMITS } from '../reading/pictures.ts';

export type PictureBudget = ReturnType<typeof createPictureBudget>;

/**
 * Counts what pictures add to all texts of a lab. One file can be shown by every text in every language:
 * without this, a small folder would become a lab that fills the memory.
 */
export function createPictureBudget() {
  let left = PICTURE_LIMITS.lab;
  return {
    /** Takes one more picture in; why it is too much for the lab, and then it is not taken. */
    take(bytes: number): string | undefined {
      if (bytes > left) return TOO_MUCH;
      left -= bytes;
      return undefined;
    },
  };
}

const TOO_MUCH =
  `the pictures of this lab are larger than ${PICTURE_LIMITS.lab / 1024 / 1024} MiB together, each counted ` +
  'in every text and language that shows it: show fewer or smaller ones';
