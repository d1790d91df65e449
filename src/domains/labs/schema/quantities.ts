import { z } from 'zod';
import { parseBytes, parseNumber } from '../../../core/units.ts';

const MIB = 1024 * 1024;

/** Permission bits of an executable file. */
const RUNNABLE_MODE = 0o755;

/** A size with its unit, in bytes. */
export function size(example: string) {
  const problem = `must be a size with its unit, such as "${example}", from 16 MiB to 1 TiB`;
  return z.string({ error: problem }).transform((value, context) => {
    const bytes = parseBytes(value);
    if (bytes !== undefined && bytes >= 16 * MIB && bytes <= 1024 * 1024 * MIB) return bytes;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
}

const CPUS_PROBLEM = 'must be a number of processors from 0.05 to 256, such as 0.5';

export const cpus = z.union([z.number(), z.string()], { error: CPUS_PROBLEM }).transform((value, context) => {
  const number = parseNumber(value);
  if (number !== undefined && number >= 0.05 && number <= 256) return number;
  context.addIssue({ code: 'custom', message: CPUS_PROBLEM });
  return z.NEVER;
});

const SHARE_PROBLEM = 'must be a share, such as 10% or 0.1, up to 100%';

/** A share from 0 to 1, written as a number or a percentage. */
export const share = z
  .union([z.number(), z.string()], { error: SHARE_PROBLEM })
  .transform((value, context) => {
    const [, percent] = /^\s*(\d{1,3}(?:\.\d{1,4})?)\s*%\s*$/.exec(String(value)) ?? [];
    const number = percent === undefined ? parseNumber(value) : Number(percent) / 100;
    if (number !== undefined && number >= 0 && number <= 1) return number;
    context.addIssue({ code: 'custom', message: SHARE_PROBLEM });
    return z.NEVER;
  });

const MODE_PROBLEM = 'must be permission bits, such as "755" or 0644';

/** Permission bits as octal digits. YAML parses 0755 as the decimal number 755, so its digits are used. */
export const mode = modeSchema(MODE_PROBLEM, parseMode);

/** Like {@link mode}, and "+x" for an executable file. */
export const modeToGive = modeSchema(`${MODE_PROBLEM}, or "+x"`, (written) =>
  written === '+x' ? RUNNABLE_MODE : parseMode(written),
);

function modeSchema(problem: string, parse: (written: string) => number | undefined) {
  return z.union([z.number(), z.string()], { error: problem }).transform((value, context) => {
    const mode = parse(String(value));
    if (mode !== undefined) return mode;
    context.addIssue({ code: 'custom', message: problem });
    return z.NEVER;
  });
}

function parseMode(written: string): number | undefined {
  const [, digits] = /^(?:0o|0)?([0-7]{3,4})$/.exec(written) ?? [];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}
