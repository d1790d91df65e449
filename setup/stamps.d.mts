/** A digest over files and folders below `root`; `only` tells the names that count. */
export function digestOf(root: string, inputs: readonly string[], only?: RegExp): string;
/** Whether what `name` makes is there, made of inputs with this digest. */
export function isCurrent(
  root: string,
  made: { name: string; digest: string; outputs: readonly string[] },
): boolean;
export function writeStamp(root: string, made: { name: string; digest: string }): void;
export function hasStamp(root: string, name: string): boolean;
