import { posix } from 'node:path';
import { decodeText, encodingNote } from './decode-text.ts';
import type { Notes, Place } from '../import-note.ts';
import { pathWithin } from './source-tree.ts';
import type { SourceTree } from './source-tree.ts';

/** A text of a scenario and its path in the tree. */
export interface SourceText {
  path: string;
  text: string;
}

export type ScenarioSource = ReturnType<typeof createScenarioSource>;

/** Reads the files of the scenario in `folder`. They are in that folder or in its folder "assets". */
export function createScenarioSource({
  tree,
  folder,
  notes,
}: {
  tree: SourceTree;
  folder: string;
  notes: Notes;
}) {
  const assets = posix.join(folder, 'assets');

  function find(given: string): string | undefined {
    const name = given.replace(/^\/+/, '');
    const places = [folder, assets].flatMap((place) => pathWithin(place, name) ?? []);
    return places.find((path) => tree.paths.has(path));
  }

  async function read(path: string, place: Place): Promise<string | undefined> {
    const file = await tree.read(path);
    if ('problem' in file) {
      notes.refuse(`the file "${path}" ${file.problem}`, place);
      return undefined;
    }
    const decoded = decodeText(file.content);
    if (!decoded) {
      notes.refuse(`the file "${path}" is not text`, place);
      return undefined;
    }
    const note = encodingNote(decoded);
    if (note !== undefined) notes.warn(`the file "${path}" ${note}`, place);
    return decoded.text.replaceAll(/\r\n?/g, '\n');
  }

  return {
    folder,
    assets,
    find,
    /** Reads a text file. If it is missing or not text, adds a refusal and returns undefined. */
    async text(given: string, place: Place): Promise<SourceText | undefined> {
      const path = find(given);
      if (path !== undefined) {
        const text = await read(path, place);
        return text === undefined ? undefined : { path, text };
      }
      const outside = pathWithin(folder, given) === undefined;
      notes.refuse(
        outside ? `"${given}" is outside the imported folder` : `the file "${given}" is missing`,
        place,
      );
      return undefined;
    },
  };
}
