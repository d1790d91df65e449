import { stat } from 'node:fs/promises';
import type { PrismaClient } from './generated/sqlite/client.ts';

/**
 * Room that a SQLite database keeps in its file and in its log, in bytes: some thousand changes. More than the 1000 pages
 * of 4 KiB after which SQLite writes its log back and begins it again, so that the log need not grow.
 */
const SPARE_BYTES = 6 * 1024 ** 2;

/** As little of it may be left in the file before it is made up for, in bytes: that blocks other writes for a moment. */
const LEAST_BYTES = 4 * 1024 ** 2;

const TABLE = '"_berth_spare"';

/**
 * Makes sure that the database at `file` has free pages in itself and in its log, so that changes can be stored for a
 * while on a disk that others filled. It writes them, and gives them up again: SQLite then uses them first.
 * @throws DISK_FULL
 */
export async function keepSpareRoom(client: PrismaClient, file: string): Promise<void> {
  if ((await freeBytes(client)) >= LEAST_BYTES && (await sizeOf(`${file}-wal`)) >= SPARE_BYTES) return;
  await client.$executeRawUnsafe(`CREATE TABLE IF NOT EXISTS ${TABLE} (room BLOB)`);
  try {
    // As one change: between two, SQLite may begin its log again, which would not grow then.
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
