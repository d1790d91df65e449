/** Longest entry of a tree, in characters: its fields and a path. */
const LONGEST_ENTRY = 8_192;

/**
 * Takes what `git ls-tree -r -l -z` prints and throws at the first entry that is one too many: a few
 * kilobytes of repository can name millions of files, and unpack to any size.
 */
export function measureTree(limits: {
  files: number;
  bytes: number;
  tooMany: () => Error;
  tooLarge: () => Error;
}): (chunk: Buffer) => void {
  let files = 0;
  let bytes = 0;
  let rest = '';
  return (chunk) => {
    const entries = (rest + chunk.toString('latin1')).split('\0');
    rest = entries.pop() ?? '';
    if (rest.length > LONGEST_ENTRY) throw limits.tooMany();
    for (const entry of entries) {
      files += 1;
      // "100644 blob <id>    123\tpath"; a submodule has "-" for its size.
      bytes += Number(/^\d+ \w+ [0-9a-f]+ +(\d+)\t/.exec(entry)?.[1] ?? 0);
      if (files > limits.files) throw limits.tooMany();
      if (bytes > limits.bytes) throw limits.tooLarge();
    }
  };
}
