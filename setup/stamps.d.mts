/** Returns a digest of files and folders in `root` whose names match `only`. */
export function digestOf(root: string, inputs: readonly string[], only?: RegExp): string;
/** Returns whether the outputs of `name` exist and were built from inputs with this digest. */
export function isCurrent(
  root: string,
  made: { name: string; digest: string; outputs: readonly string[] },
): boolean;
export function writeStamp(root: string, made: { name: string; digest: string }): void;
export function hasStamp(root: string, name: string): boolean;
