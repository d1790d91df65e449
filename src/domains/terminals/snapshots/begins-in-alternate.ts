import { createSequenceReader } from './sequence-reader.ts';

/**
 * Whether `output` begins on the alternate screen, as when a program had drawn so much there that its beginning
 * is no longer kept: what it does first is to leave that screen. Taken for the normal screen, all of its drawings
 * would stay on it.
 */
export function beginsInAlternate(output: Uint8Array): boolean {
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength);
  let first: 'enters' | 'leaves' | undefined;
  const read = createSequenceReader({
    mode(mode, on) {
      if (mode === 47 || mode === 1047 || mode === 1049) first ??= on ? 'enters' : 'leaves';
    },
    keypad: () => undefined,
    reset: () => undefined,
    title: () => undefined,
  });
  read(bytes);
  return first === 'leaves';
}
