/** 24 hours, in milliseconds. */
export const DAY_MS = 24 * 60 * 60 * 1000;

/** A mebibyte, in bytes. */
export const MIB = 1024 ** 2;

/** Bytes of each unit: powers of 1024 with an "i", powers of 1000 without. */
const units: Record<string, number> = {
  b: 1,
  kb: 1000,
  mb: 1000 ** 2,
  gb: 1000 ** 3,
  kib: 1024,
  mib: MIB,
  gib: 1024 ** 3,
};

/** Parses a size such as "256 MiB" or "1.5 GB" into bytes; returns undefined if it is invalid. */
export function parseBytes(text: string): number | undefined {
  const match = /^\s*(\d{1,12}(?:\.\d{1,6})?)\s*([kmg]?i?b)\s*$/i.exec(text);
  const unit = units[match?.[2]?.toLowerCase() ?? ''];
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : undefined;
}

/** Parses a number from a number or a string, such as 0.5 or "0.5"; returns undefined if it is invalid. */
export function parseNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' && /^\s*\d{1,9}(\.\d{1,9})?\s*$/.test(value) ? Number(value) : undefined;
}

/** Part of a total as people set it: a number of bytes, or a share of the total. */
export type Portion = { bytes: number } | { of: number };

/** Parses a size such as "12 GiB", or a share such as "80 %"; returns undefined if it is neither. */
export function parsePortion(text: string): Portion | undefined {
  const percent = /^\s*(\d{1,4}(?:\.\d{1,3})?)\s*%\s*$/.exec(text);
  if (percent) return { of: Number(percent[1]) / 100 };
  const bytes = parseBytes(text);
  return bytes === undefined ? undefined : { bytes };
}

/** Returns the bytes of a portion of `total` bytes. */
export function portionOf(portion: Portion, total: number): number {
  return 'bytes' in portion ? portion.bytes : Math.floor(portion.of * total);
}

/** Formats bytes for people, such as "1.5 GiB". */
export function formatBytes(bytes: number): string {
  const names = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = Math.min(names.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(bytes, 1)) / 10)));
  return `${Number((bytes / 1024 ** step).toFixed(1))} ${names[step]}`;
}
