import { posix } from 'node:path';
import type { ScenarioSource, SourceText } from './scenario-source.ts';
import { pathWithin } from './source-tree.ts';
import type { SourceTree } from './source-tree.ts';

/** Kinds of pictures that a page shows, by the ends of their names. */
const KINDS: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  svg: 'image/svg+xml',
};

/** Most bytes of one picture, and of all in one text: they become part of the page. */
const LARGEST = 256 * 1024;
const MOST = 512 * 1024;

const ADDRESS = /(?:\]\(\s*<?|\bsrc\s*=\s*["']?)([^\s"'<>)]+\.(?:png|jpe?g|gif|webp|avif|svg))/gi;

/** The pictures of a text that are files here and not too large: addresses with what they are in the text, to be put in their place. */
export async function readPictures(
  { path, text }: SourceText,
  { source, tree }: { source: ScenarioSource; tree: SourceTree },
): Promise<ReadonlyMap<string, string>> {
  const pictures = new Map<string, string>();
  let left = MOST;
  for (const [, address = ''] of text.matchAll(ADDRESS)) {
    const file = placeOf(address, path, { source, tree });
    if (file === undefined || pictures.has(address)) continue;
    const read = await tree.read(file);
    if ('problem' in read || read.content.length > Math.min(LARGEST, left)) continue;
    left -= read.content.length;
    const kind = KINDS[file.slice(file.lastIndexOf('.') + 1).toLowerCase()];
    pictures.set(address, `data:${kind};base64,${read.content.toString('base64')}`);
  }
  return pictures;
}

/** Beside the text, in the scenario's folder or its assets; Katacoda also had addresses from the site's root. */
function placeOf(
  address: string,
  page: string,
  { source, tree }: { source: ScenarioSource; tree: SourceTree },
): string | undefined {
  const beside = pathWithin(posix.dirname(page), decoded(address));
  if (beside !== undefined && tree.paths.has(beside)) return beside;
  const [, inAssets] = /\/(assets\/.+)$/.exec(decoded(address)) ?? [];
  return source.find(decoded(address)) ?? (inAssets === undefined ? undefined : source.find(inAssets));
}

function decoded(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
