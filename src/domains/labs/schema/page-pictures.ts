import { posix } from 'node:path';
import { isPicture, PICTURE_LIMITS, pictureAddress } from '../reading/pictures.ts';
import type { LabContext } from './lab-context.ts';
import { missingFile, pathProblem } from './text-file.ts';
import type { Reading } from './text-file.ts';

/** A Markdown image. The pattern cannot cross brackets, so matching takes linear time. */
const PICTURE = /!\[([^[\]]*)\]\(([^\s()<>]+)\)/g;

const EXTERNAL = /^([a-z][a-z0-9+.-]*:|\/|#)/i;

/**
 * Embeds pictures that are files of the lab into a text. `folder` is the folder of the text's file, and `blockLines`
 * are the lines that belong to code blocks, from 1.
 */
export function withPictures(
  source: LabContext,
  text: string,
  { folder, blockLines }: { folder: string; blockLines: ReadonlySet<number> },
): Reading {
  let left = PICTURE_LIMITS.page;
  let problem: string | undefined;

  function take(address: string): string {
    const path = posix.join(folder, address);
    const content = source.files.get(path);
    problem ??=
      pathProblem(path, 'pictures/plan.svg') ??
      (content ? undefined : missingFile(source, path)) ??
      sizeProblem(path, content?.length ?? 0, left) ??
      source.pictures.take(content?.length ?? 0);
    // After a problem nothing more is embedded: the text could grow without limit.
    if (!content || problem !== undefined) return address;
    left -= content.length;
    return pictureAddress(path, content) ?? address;
  }

  function showIn(line: string): string {
    let seen = 0;
    let ticks = 0;
    return line.replaceAll(PICTURE, (written: string, words: string, address: string, at: number) => {
      ticks += count(line.slice(seen, at));
      seen = at;
      const isCode = ticks % 2 === 1;
      if (isCode || EXTERNAL.test(address) || !isPicture(address)) return written;
      return `![${words}](${take(address)})`;
    });
  }

  // Every second part is a line end.
  const parts = text.split(/(\r\n?|\n)/);
  const shown = parts.map((part, index) => (blockLines.has(index / 2 + 1) ? part : showIn(part)));
  return problem === undefined ? { text: shown.join('') } : { problem };
}

function sizeProblem(path: string, bytes: number, left: number): string | undefined {
  const { each, page } = PICTURE_LIMITS;
  if (bytes > each) return `the picture "${path}" is larger than ${each / 1024} KiB`;
  return bytes > left ? `the pictures of one text are larger than ${page / 1024} KiB in total` : undefined;
}

/** Counts backticks. After an odd number, the following text is inline code. */
function count(text: string): number {
  return text.match(/`/g)?.length ?? 0;
}
