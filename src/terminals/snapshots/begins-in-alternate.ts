const INTRODUCER = '\x1b[?';

/** Longest list of modes that one sequence switches, in bytes. */
const MAX_MODES = 64;

/**
 * Whether `output` begins on the alternate screen, as when a program had drawn so much there that its beginning
 * is no longer kept: what it does first is to leave that screen. Taken for the normal screen, all of its drawings
 * would stay on it.
 */
export function beginsInAlternate(output: Uint8Array): boolean {
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength);
  for (let at = bytes.indexOf(INTRODUCER); at >= 0; at = bytes.indexOf(INTRODUCER, at + 1)) {
    const start = at + INTRODUCER.length;
    const [, modes, verb] = /^([\d;]+)([hl])/.exec(bytes.toString('latin1', start, start + MAX_MODES)) ?? [];
    if (modes?.split(';').some((mode) => mode === '47' || mode === '1047' || mode === '1049'))
      return verb === 'l';
  }
  return false;
}
