import { askFor, fileAddress, FileProblem } from './machine-files.ts';
import type { MachineOfFiles } from './machine-files.ts';
import { textsNow } from '../language/language.ts';
import { fileTexts } from './texts.ts';

/** Largest file that is taken apart in the page, in bytes: what people write by hand is far smaller. */
const TEXT_LIMIT = 1_048_576;

/** The text of a file; undefined where there is none. @throws FileProblem also for what is no text, or too long */
export async function readText(at: MachineOfFiles, path: string): Promise<string | undefined> {
  const response = await askFor(fileAddress(at, path), {}).catch((error: unknown) => {
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
    throw new FileProblem(textsNow(fileTexts).noText(path), {
      cause: error,
    });
  }
}

/** Puts a text there as a file, and makes the folders that lead to it. @throws FileProblem */
export async function writeText(at: MachineOfFiles, path: string, text: string): Promise<void> {
  await askFor(fileAddress(at, path, { parents: 'true' }), {
    method: 'PUT',
    headers: { 'content-type': 'application/octet-stream' },
    body: text,
  });
}
