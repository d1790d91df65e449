/**
 * Code between fences that are longer than any in it; `info` is what is said of it, such as `bash exec`, and
 * `marker` makes an item of a list of it.
 */
export function fenced(code: string, info: string, { indent = '', marker = '' } = {}): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const deep = indent + ' '.repeat(marker.length);
  const lines = [...code.split('\n'), fence].map((line) => (line === '' ? '' : deep + line));
  return [indent + marker + fence + info, ...lines].join('\n');
}
