import { posix } from 'node:path';
import { PICTURE_LIMITS, pictureAddress } from '../pictures.ts';
import type { ScenarioSource, SourceText } from './scenario-source.ts';
import { pathWithin } from './source-tree.ts';
import type { SourceTree } from './source-tree.ts';

const ADDRESS = /(?:\]\(\s*<?|\bsrc\s*=\s*["']?)([^\s"'<>)]+\.(?:png|jpe?g|gif|webp|avif|svg))/gi;

/** The pictures of a text that are files here and not too large: addresses with what they are in the text, to be put in their place. */
export async function readPictures(
  { path, text }: SourceText,
  { source, tree }: { source: ScenarioSource; tree: SourceTree },
): Promise<ReadonlyMap<string, string>> {
  const pictures = new Map<string, string>();
  let left = PICTURE_LIMITS.page;
  for (const [, address = ''] of text.matchAll(ADDRESS)) {
    const file = placeOf(address, path, { source, tree });
    if (file === undefined || pictures.has(address)) continue;
    const read = await tree.read(file);
    if ('problem' in read || read.content.length > Math.min(PICTURE_LIMITS.each, left)) continue;
    left -= read.content.length;
    const shown = pictureAddress(file, read.content);
    if (shown !== undefined) pictures.set(address, shown);
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
