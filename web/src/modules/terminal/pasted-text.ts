/** Begin and end of what is pasted, for programs that asked to be told. */
export const BRACKETS = { begin: '\u001b[200~', end: '\u001b[201~' } as const;

/**
 * Control characters but for tabs and line ends. What is pasted is text: an escape could end the brackets, and a
 * Ctrl+C be taken for one, before the end, so that the rest would run.
 */
// oxlint-disable-next-line no-control-regex -- Control characters are what it looks for.
const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g;

/** What a paste sends: its text, and a carriage return, which is what Enter sends, for each end of a line. */
export function pastedText(text: string): string {
  return text.replace(/\r?\n/g, '\r').replace(CONTROLS, '');
}

/** How many lines run, or begin to, where nothing brackets what is pasted. The end of the last one is no line. */
export function pastedLines(pasted: string): number {
  return pasted.replace(/\r+$/, '').split('\r').length;
}
