/** Removes comments from a shell script, but not `$#` and `${x#y}`. Pure. */
export function withoutShellComments(script: string): string {
  return script.replaceAll(/(^|[ \t;])#.*$/gm, '$1');
}

const HERE_DOCUMENT = /(?<![<])<<(-?)[ \t]*(?:(["'])([^"'\n]+)\2|\\?([A-Za-z_][\w.-]*))/g;

/** Removes the bodies of here-documents, which are data and not commands. Line numbers do not change. Pure. */
export function withoutHereDocuments(script: string): string {
  const kept: string[] = [];
  const open: { end: string; tabs: boolean }[] = [];
  for (const line of script.split('\n')) {
    const [first] = open;
    if (first) {
      if ((first.tabs ? line.replace(/^\t+/, '') : line) === first.end) open.shift();
      kept.push('');
      continue;
    }
    kept.push(line);
    for (const [, dash, , quoted, bare] of line.matchAll(HERE_DOCUMENT)) {
      open.push({ end: quoted ?? bare ?? '', tabs: dash === '-' });
    }
  }
  return kept.join('\n');
}
