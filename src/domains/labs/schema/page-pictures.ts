import { posix } from 'node:path';
import { isPicture, PICTURE_LIMITS, pictureAddress } from '../reading/pictures.ts';
import { linesOf } from './code-blocks.ts';
import type { WrittenLab } from './written-lab.ts';
import { missingFile, pathProblem } from './text-file.ts';
import type { Reading } from './text-file.ts';

/** Words and address. Neither goes beyond a bracket, so that no text takes long. */
const PICTURE = /!\[([^[\]]*)\]\(([^\s()<>]+)\)/g;

const ELSEWHERE = /^([a-z][a-z0-9+.-]*:|\/|#)/i;

/** The text with those pictures in it that are files of the lab; `folder` is where the text's own file is. */
export function withPictures(source: WrittenLab, folder: string, text: string): Reading {
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
    // Of a text that is refused no more is made: it could become any size.
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
      if (isCode || ELSEWHERE.test(address) || !isPicture(address)) return written;
      return `![${words}](${take(address)})`;
    });
  }

  const lines = [...linesOf(text)].map(({ kind, text: line }) => (kind === 'text' ? showIn(line) : line));
  return problem === undefined ? { text: lines.join('\n') } : { problem };
}

function sizeProblem(path: string, bytes: number, left: number): string | undefined {
  const { each, page } = PICTURE_LIMITS;
  if (bytes > each) return `the picture "${path}" is larger than ${each / 1024} KiB`;
  return bytes > left ? `the pictures of one text are larger than ${page / 1024} KiB together` : undefined;
}

/** How many backticks there are, of which an odd number leaves code open. */
function count(text: string): number {
  return text.match(/`/g)?.length ?? 0;
}
