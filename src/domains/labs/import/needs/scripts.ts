import { withoutHereDocuments, withoutShellComments } from './shell-code.ts';

/** Ways of a verify script to say that all is well: not the `done` of a loop, nor one that goes into a file. */
const SAYS_DONE =
  /\b(?:echo|printf)[ \t]+(?:-\w+[ \t]+)?(["']?)done(?:\\n)?\1[ \t]*(?:2>[ \t]*\S+|1?>[ \t]*(?:&1|\/dev\/stdout))?[ \t]*(?:$|[;&|)}])/m;

/** A script that runs out of sight, as its scenario has it run: by bash, in the folder of its terminal. */
export function hiddenScript(text: string, folder: string): string {
  const [, shebang = '#!/bin/bash', rest = text] = /^(#![^\n]*)\n?(.*)$/s.exec(text) ?? [];
  if (!isShell(shebang)) return text;
  return `${shebang}\ncd ${folder}\n${rest}`;
}

/**
 * A verify script as a check. It passes with exit code 0; one that says "done" when all is well has to
 * print that line as well, since many of them end with 0 whatever they found.
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
# Passes where the script below ends with 0 and prints a line that says "done".
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

/** Whether a shell runs a script: what names no interpreter bash runs. */
export function isShellScript(text: string): boolean {
  const [shebang = '#!/bin/bash'] = /^#![^\n]*/.exec(text) ?? [];
  return isShell(shebang);
}

function isShell(shebang: string): boolean {
  return /\b(?:ba|da|z|k)?sh\b/.test(shebang);
}

/** A line that the script does not have. */
function delimiterFor(text: string): string {
  let delimiter = 'VERIFY';
  while (text.includes(delimiter)) delimiter += '_';
  return delimiter;
}
