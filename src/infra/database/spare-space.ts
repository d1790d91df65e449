import { stat } from 'node:fs/promises';
import type { PrismaClient } from './generated/sqlite/client.ts';

/**
 * Reserved space in the file and in the log of a SQLite database, in bytes: enough for some thousand changes. It is more
 * than the 1000 pages of 4 KiB after which SQLite checkpoints and restarts its log, so the log need not grow.
 */
const SPARE_BYTES = 6 * 1024 ** 2;

/**
 * The reserve is filled up when less than this is left in the file, in bytes. Filling up blocks other writes for a
 * moment.
 */
const MIN_BYTES = 4 * 1024 ** 2;

const TABLE = '"_berth_spare"';

/**
 * Reserves free pages in the database at `file` and in its log, so that changes can be stored for a while on a full
 * disk. It writes pages and frees them again, and SQLite uses free pages first.
 * @throws DISK_FULL
 */
export async function keepSpareSpace(client: PrismaClient, file: string): Promise<void> {
  if ((await freeBytes(client)) >= MIN_BYTES && (await sizeOf(`${file}-wal`)) >= SPARE_BYTES) return;
  await client.$executeRawUnsafe(`CREATE TABLE IF NOT EXISTS ${TABLE} (space BLOB)`);
  try {
    // A single change: between two, SQLite may restart its log, which would then not grow.
    await client.$executeRawUnsafe(`INSERT INTO ${TABLE} VALUES (zeroblob(${SPARE_BYTES}))`);
  } finally {
    await client.$executeRawUnsafe(`DROP TABLE IF EXISTS ${TABLE}`);
  }
}

async function freeBytes(client: PrismaClient): Promise<number> {
  const [pages] = await client.$queryRawUnsafe<{ freelist_count: bigint }[]>('PRAGMA freelist_count');
  const [size] = await client.$queryRawUnsafe<{ page_size: bigint }[]>('PRAGMA page_size');
  return Number(pages?.freelist_count ?? 0) * Number(size?.page_size ?? 0);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}
