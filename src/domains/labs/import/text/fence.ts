/**
 * Formats a fenced code block. The fence is longer than any in the code. `info` is the info string, such as
 * `bash exec`, and `marker` is that of a list item.
 */
export function fenced(code: string, info: string, { indent = '', marker = '' } = {}): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const deep = indent + ' '.repeat(marker.length);
  const lines = [...code.split('\n'), fence].map((line) => (line === '' ? '' : deep + line));
  return [indent + marker + fence + info, ...lines].join('\n');
}
