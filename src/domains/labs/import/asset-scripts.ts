import { posix } from 'node:path';
import { decodeText } from './decode-text.ts';
import type { LabDraft } from './lab-draft.ts';
import type { CodePiece } from './needs.ts';

/** What tells a shell script, in its name or its first line. */
const SCRIPT_NAME = /\.(?:sh|bash)$/;
const SHEBANG = /^#!.*\b(?:ba|da|z|k)?sh\b/;

/** Shell scripts among the files that a lab places, and the names of all of them: some are run as programs. */
export function assetScripts(
  { files }: LabDraft,
  folder: string,
): { pieces: CodePiece[]; programs: string[] } {
  const pieces: CodePiece[] = [];
  const programs: string[] = [];
  for (const [path, content] of files) {
    if (!path.startsWith('files/')) continue;
    programs.push(posix.basename(path));
    const text = decodeText(content)?.text;
    if (text === undefined || !(SCRIPT_NAME.test(path) || SHEBANG.test(text))) continue;
    pieces.push({ code: text, place: { file: posix.join(folder, path.slice('files/'.length)) }, use: 'run' });
  }
  return { pieces, programs };
}
