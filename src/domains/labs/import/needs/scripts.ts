/** Matches commands that print "done", but not the `done` of a loop or output into a file. */
const SAYS_DONE =
  /\b(?:echo|printf)[ \t]+(?:-\w+[ \t]+)?(["']?)done(?:\\n)?\1[ \t]*(?:2>[ \t]*\S+|1?>[ \t]*(?:&1|\/dev\/stdout))?[ \t]*(?:$|[;&|)}])/m;

/** Adapts a background script to its scenario: bash runs it in the folder of the terminal. */
export function hiddenScript(text: string, folder: string): string {
  const [, shebang = '#!/bin/bash', rest = text] = /^(#![^\n]*)\n?(.*)$/s.exec(text) ?? [];
  if (!isShell(shebang)) return text;
  return `${shebang}\ncd ${folder}\n${rest}`;
}

/**
 * Converts a verify script to a check that passes with exit code 0. If the script can print "done", it must also
 * print that line to pass, because many such scripts always end with 0.
 */
export function verifyScript(text: string, folder: string): string {
  if (!SAYS_DONE.test(withoutHereDocuments(withoutShellComments(text)))) return hiddenScript(text, folder);
  const [, shebang = '#!/bin/bash'] = /^#!\s*([^\n]*)/.exec(text) ?? [undefined, '/bin/bash'];
  return VERIFY.replace('FOLDER', folder)
    .replace('INTERPRETER', shebang.trim())
    .replace('END', delimiterFor(text))
    .replace('END', delimiterFor(text))
    .replace('SCRIPT', () => text.replace(/\n*$/, ''));
}

const VERIFY = `#!/bin/bash
# Passes if the script below exits with 0 and prints the line "done".
cd FOLDER
script=$(mktemp)
trap 'rm -f "$script"' EXIT
cat >"$script" <<'END'
SCRIPT
END
said=$(INTERPRETER "$script" </dev/null)
status=$?
printf '%s\\n' "\${said:-This step is not done yet.}"
[ "$status" -eq 0 ] && grep -qx '[[:space:]]*done[[:space:]]*' <<<"$said"
`;

/** Whether a script is a shell script. Without a `#!` line, bash runs it. */
export function isShellScript(text: string): boolean {
  const [shebang = '#!/bin/bash'] = /^#![^\n]*/.exec(text) ?? [];
  return isShell(shebang);
}

function isShell(shebang: string): boolean {
  return /\b(?:ba|da|z|k)?sh\b/.test(shebang);
}

/** Returns a line that the script does not contain. */
function delimiterFor(text: string): string {
  let delimiter = 'VERIFY';
  while (text.includes(delimiter)) delimiter += '_';
  return delimiter;
}

/** Removes comments from a shell script, but not `$#` and `${x#y}`. Pure. */
function withoutShellComments(script: string): string {
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
