/** Code between fences that are longer than any in it; `info` is what is said of it, such as `bash exec`. */
export function fenced(code: string, info: string, indent = ''): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${info}`, ...code.split('\n'), fence]
    .map((line) => (line === '' ? '' : indent + line))
    .join('\n');
}
