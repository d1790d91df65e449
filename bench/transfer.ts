import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import { median } from './context.ts';
import type { BenchContext, Figure } from './context.ts';

/** Size of the transferred file, in bytes. */
const BYTES = 200 * 1024 * 1024;
const MEGABYTE = 1024 * 1024;
/** Rounds before the measurement, in which both processes compile their hot code. */
const WARM_UP = 1;
const ROUNDS = 7;
/** Path of the file in the machine. */
const PLACE = '/tmp/ours';

/**
 * Measures the upload of a 200 MB file into a machine in MB/s: from a disk through the service, and as an archive through
 * a plain client.
 */
export async function measureUpload(context: BenchContext): Promise<Figure> {
  return measure(context, async ({ container, url, token, folder }) => ({
    ours: () => put(url, token, join(folder, 'file')),
    async raw() {
      await container.putArchive(join(folder, 'file.tar'), { path: '/tmp' });
    },
  }));
}

/** Measures the download of the same file; see {@link measureUpload}. */
export async function measureDownload(context: BenchContext): Promise<Figure> {
  return measure(context, async ({ container, url, token, folder }) => {
    await put(url, token, join(folder, 'file'));
    return {
      async ours() {
        const answer = await ask({ url, token, method: 'GET' });
        await readAll(answer);
      },
      async raw() {
        await readAll((await container.getArchive({ path: PLACE })) as IncomingMessage);
      },
    };
  });
}

interface Bench {
  container: Docker.Container;
  /** Address of the file in the machine. */
  url: string;
  token: string;
  /** Paths of the file, and of an archive that contains it. */
  folder: string;
}

async function measure(
  context: BenchContext,
  prepare: (bench: Bench) => Promise<Record<'ours' | 'raw', () => Promise<void>>>,
): Promise<Figure> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-bench-'));
  try {
    await writeFiles(folder);
    const session = await context.startSession();
    const machine = `${context.baseUrl}/api/v1/sessions/${session.id}/machines/${session.machine}`;
    const ways = await prepare({
      container: await context.containerOf(session),
      url: `${machine}/files?path=${PLACE}`,
      token: session.token,
      folder,
    });
    return await compare(ways);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function compare(ways: Record<'ours' | 'raw', () => Promise<void>>): Promise<Figure> {
  const speeds = { ours: [] as number[], raw: [] as number[] };
  const ratios: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? (['ours', 'raw'] as const) : (['raw', 'ours'] as const);
    const speed = { ours: 0, raw: 0 };
    for (const which of order) {
      const start = performance.now();
      await ways[which]();
      speed[which] = BYTES / MEGABYTE / ((performance.now() - start) / 1000);
    }
    if (round < 0) continue;
    speeds.ours.push(speed.ours);
    speeds.raw.push(speed.raw);
    ratios.push(speed.ours / speed.raw);
  }
  return { ours: median(speeds.ours), raw: median(speeds.raw), ratio: median(ratios) };
}

async function writeFiles(folder: string): Promise<void> {
  const bytes = Buffer.alloc(BYTES, 'abcdefghijklmno');
  await writeFile(join(folder, 'file'), bytes);
  const tar = pack();
  tar.entry({ name: 'raw' }, bytes);
  tar.finalize();
  await writeFile(join(folder, 'file.tar'), Readable.from(tar));
}

async function put(url: string, token: string, file: string): Promise<void> {
  const answer = await ask({ url, token, method: 'PUT' }, file);
  await readAll(answer);
}

/** Sends a request with `file` as its body, if given. */
async function ask(
  { url, token, method }: { url: string; token: string; method: string },
  file?: string,
): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${token}`, ...(file && { 'content-length': BYTES }) };
  const asked = request(url, { method, headers });
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  if (file) await pipeline(createReadStream(file), asked);
  else asked.end();
  const [answer] = await answered;
  if (answer.statusCode !== 200) throw new Error(`The service answered ${answer.statusCode}.`);
  return answer;
}

async function readAll(stream: Readable): Promise<void> {
  stream.resume();
  await once(stream, 'end');
}
