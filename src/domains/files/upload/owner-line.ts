import type { Owner } from './part-tar.ts';

/** Longest line that is waited for, in bytes. */
const LINE_LIMIT_BYTES = 64;
/** Most that a header of an archive has room for. */
const NUMBER_LIMIT = 0o7777777;

/** Reads from a script's output whose its files are, which is its first line: two numbers; undefined where it says something else. */
export function createOwnerLine(): { owner: Promise<Owner | undefined>; add(bytes: Buffer): void } {
  let heard = '';
  let tell: (owner: Owner | undefined) => void;
  const owner = new Promise<Owner | undefined>((resolve) => {
    tell = resolve;
  });
  return {
    owner,
    add(bytes) {
      heard = (heard + bytes.toString('latin1')).slice(0, LINE_LIMIT_BYTES);
      if (heard.includes('\n') || heard.length === LINE_LIMIT_BYTES) tell(parse(heard));
    },
  };
}

function parse(line: string): Owner | undefined {
  const [, uid, gid] = (/^(\d+) (\d+)\n/.exec(line) ?? []).map(Number);
  if (uid === undefined || gid === undefined || uid > NUMBER_LIMIT || gid > NUMBER_LIMIT) return undefined;
  return { uid, gid };
}
