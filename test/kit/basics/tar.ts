import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';

export type TestEntry = Partial<Header> & { name: string; body?: Buffer | string };

/** An archive of these entries, in order. */
export async function tarOf(...entries: TestEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const { body = '', ...header } of entries) tar.entry(header, Buffer.from(body));
  tar.finalize();
  return buffer(Readable.from(tar));
}
