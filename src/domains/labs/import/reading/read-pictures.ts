import { posix } from 'node:path';
import { formatBytes } from '../../../../core/units.ts';
import { PICTURE_LIMITS, pictureAddress } from '../../reading/pages.ts';
import type { ScenarioSource, SourceText, SourceTree } from './scenario-source.ts';
import { pathWithin } from './scenario-source.ts';
import type { ReadPicture } from '../text/page.ts';

const ADDRESS = /(?:\]\(\s*<?|\bsrc\s*=\s*["']?)([^\s"'<>)]+\.(?:png|jpe?g|gif|webp|avif|svg))/gi;

/**
 * Largest limit of a page's pictures, in bytes. Base64 makes them a third larger, and a file of a lab can have
 * 1 MiB.
 */
export const MOST_PICTURE_BYTES = 700 * 1024;

/**
 * Reads the local pictures of a text. Returns for each address the picture or the reason why it is left out.
 * `limit` applies to each picture and to all together, in bytes.
 */
export async function readPictures(
  { path, text }: SourceText,
  { source, tree, limit }: { source: ScenarioSource; tree: SourceTree; limit: number | undefined },
): Promise<ReadonlyMap<string, ReadPicture>> {
  const pictures = new Map<string, ReadPicture>();
  const { each, page } = limit === undefined ? PICTURE_LIMITS : { each: limit, page: limit };
  let total = 0;
  for (const [, address = ''] of text.matchAll(ADDRESS)) {
    const file = findPicture(address, path, { source, tree });
    if (file === undefined || pictures.has(address)) continue;
    const read = await tree.read(file);
    if ('problem' in read) {
      pictures.set(address, { problem: `it ${read.problem}` });
      continue;
    }
    const { length } = read.content;
    const problem =
      overLimit('its size is', length, each) ??
      overLimit('the pictures of this page would total', total + length, page);
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
      ? `raise it with --picture-limit, up to ${formatBytes(MOST_PICTURE_BYTES)}`
      : 'make the file smaller';
  return `${what} ${formatBytes(bytes)} and the limit is ${formatBytes(limit)}; ${way}`;
}

/**
 * Finds a picture next to the text, in the scenario's folder or in its assets. Katacoda also used addresses
 * relative to the site's root.
 */
function findPicture(
  address: string,
  page: string,
  { source, tree }: { source: ScenarioSource; tree: SourceTree },
): string | undefined {
  const path = decodePath(address);
  const local = pathWithin(posix.dirname(page), path);
  if (local !== undefined && tree.paths.has(local)) return local;
  const [, inAssets] = /\/(assets\/.+)$/.exec(path) ?? [];
  return source.find(path) ?? (inAssets === undefined ? undefined : source.find(inAssets));
}

/** Decodes the percent-encoding of an address. If it is malformed, the address itself is the path. */
function decodePath(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
