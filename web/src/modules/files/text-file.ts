import type { WriteMode } from 'berth-lab-format/code-words';
import { fileAddress, FileProblem, request } from './machine-files.ts';
import type { MachineRef } from './machine-files.ts';
import { fileTexts } from './texts.ts';
import { textsNow } from '../language/language.ts';

/** Largest file that can be edited in the page, in bytes. Files written by hand are far smaller. */
const TEXT_LIMIT = 1_048_576;

/** Reads a text file; undefined if it does not exist. @throws FileProblem also if it is not text or too large */
export async function readText(at: MachineRef, path: string): Promise<string | undefined> {
  const response = await request(fileAddress(at, path), {}).catch((error: unknown) => {
    if (error instanceof FileProblem && error.code === 'FILE_NOT_FOUND') return undefined;
    throw error;
  });
  if (!response) return undefined;
  if (Number(response.headers.get('content-length') ?? Infinity) > TEXT_LIMIT) {
    await response.body?.cancel();
    throw new FileProblem(textsNow(fileTexts).tooLarge(path));
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await response.arrayBuffer());
  } catch (error) {
    throw new FileProblem(textsNow(fileTexts).notText(path), {
      cause: error,
    });
  }
}

/** Writes a text file and creates missing parent folders. @throws FileProblem */
export async function writeText(at: MachineRef, path: string, text: string): Promise<void> {
  await request(fileAddress(at, path, { parents: 'true' }), {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: text,
  });
}

/**
 * Writes `text` to a file of a machine as `how` says.
 * @throws FileProblem also if a file or marker to insert into is missing
 */
export async function changeFile(at: MachineRef, path: string, text: string, how: WriteMode): Promise<void> {
  const current = how.mode === 'replace' ? undefined : await readText(at, path);
  await writeText(at, path, edit(path, current, text, how));
}

function edit(path: string, current: string | undefined, text: string, how: WriteMode): string {
  if (how.mode === 'replace') return text;
  if (how.mode === 'append') return `${endLine(current ?? '')}${text}`;
  if (current === undefined) throw new FileProblem(textsNow(fileTexts).fileMissing(path));
  const index = current.indexOf(how.marker);
  if (index === -1) throw new FileProblem(textsNow(fileTexts).markerMissing(path, how.marker));
  const after = current.slice(index + how.marker.length);
  // If the marker ends its line, the text must not add a second line end.
  return `${current.slice(0, index)}${after.startsWith('\n') ? text.replace(/\n$/, '') : text}${after}`;
}

/** Ends the last line, so that appended text starts on a new one. */
function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
