import { FileProblem } from './machine-files.ts';
import type { MachineOfFiles } from './machine-files.ts';
import { readText, writeText } from './text-file.ts';
import type { WriteMode } from './write-mode.ts';
import { textsNow } from '../language/language.ts';
import { fileTexts } from './texts.ts';

/** Writes `text` into a file of a machine. @throws FileProblem */
export async function changeFile(
  at: MachineOfFiles,
  path: string,
  text: string,
  how: WriteMode,
): Promise<void> {
  const before = how.mode === 'replace' ? undefined : await readText(at, path);
  await writeText(at, path, changed(path, before, text, how));
}

function changed(path: string, before: string | undefined, text: string, how: WriteMode): string {
  if (how.mode === 'replace') return text;
  if (how.mode === 'append') return `${closed(before ?? '')}${text}`;
  if (before === undefined) throw new FileProblem(textsNow(fileTexts).notThere(path));
  const place = before.indexOf(how.marker);
  if (place === -1) throw new FileProblem(textsNow(fileTexts).noMarker(path, how.marker));
  const after = before.slice(place + how.marker.length);
  // The line's own end stands after the marker already.
  return `${before.slice(0, place)}${after.startsWith('\n') ? text.replace(/\n$/, '') : text}${after}`;
}

/** What is added begins on a line of its own. */
function closed(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
