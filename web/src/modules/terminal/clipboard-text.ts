/** Longest request that is taken, in characters of base64. */
const LONGEST = 1_048_576;

/** Control characters but for tabs and line ends: what is pasted from the clipboard elsewhere is to be text. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for.
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/**
 * The text that an OSC 52 asks to put into the clipboard; undefined where it asks for another thing: for what is in
 * the clipboard, which no program is told, for the selection of an X server, or for what is no text.
 */
export function clipboardText(request: string): string | undefined {
  if (request.length > LONGEST) return undefined;
  const [, targets = '', data = ''] = /^([cpqs0-7]*);([A-Za-z0-9+/]+={0,2})$/.exec(request) ?? [];
  if (!data || (targets && !/[cs]/.test(targets))) return undefined;
  try {
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(CONTROLS, '') || undefined;
  } catch {
    return undefined;
  }
}
