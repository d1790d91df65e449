import { posix } from 'node:path';
import { formatBytes } from '../../../../core/units.ts';
import { PICTURE_LIMITS, pictureAddress } from '../../reading/pictures.ts';
import type { ScenarioSource, SourceText } from './scenario-source.ts';
import { pathWithin } from './source-tree.ts';
import type { SourceTree } from './source-tree.ts';
import type { ReadPicture } from '../text/page.ts';

const ADDRESS = /(?:\]\(\s*<?|\bsrc\s*=\s*["']?)([^\s"'<>)]+\.(?:png|jpe?g|gif|webp|avif|svg))/gi;

/**
 * Most bytes that an import can let the pictures of a page have: written into the page they take a third more,
 * and a file of a lab has 1 MiB.
 */
export const MOST_PICTURE_BYTES = 700 * 1024;

/**
 * Reads the pictures of a text that are files here: by their addresses in the text, what to show or why not.
 * `limit` is for all of them and for each, in bytes.
 */
export async function readPictures(
  { path, text }: SourceText,
  { source, tree, limit }: { source: ScenarioSource; tree: SourceTree; limit: number | undefined },
): Promise<ReadonlyMap<string, ReadPicture>> {
  const pictures = new Map<string, ReadPicture>();
  const { each, page } = limit === undefined ? PICTURE_LIMITS : { each: limit, page: limit };
  let total = 0;
  for (const [, address = ''] of text.matchAll(ADDRESS)) {
    const file = placeOf(address, path, { source, tree });
    if (file === undefined || pictures.has(address)) continue;
    const read = await tree.read(file);
    if ('problem' in read) {
      pictures.set(address, { problem: `it ${read.problem}` });
      continue;
    }
    const { length } = read.content;
    const problem =
      overLimit('it has', length, each) ??
      overLimit('the pictures of this page would have', total + length, page);
    const shown = pictureAddress(file, read.content);
    if (problem !== undefined) pictures.set(address, { problem });
    else if (shown !== undefined) {
      total += length;
      pictures.set(address, { address: shown });
    }
  }
  return pictures;
}

function overLimit(what: string, bytes: number, limit: number): string | undefined {
  if (bytes <= limit) return undefined;
  const way =
    bytes <= MOST_PICTURE_BYTES
      ? `--picture-limit raises it, up to ${formatBytes(MOST_PICTURE_BYTES)}`
      : 'make the file smaller';
  return `${what} ${formatBytes(bytes)}, and ${formatBytes(limit)} are the limit; ${way}`;
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
