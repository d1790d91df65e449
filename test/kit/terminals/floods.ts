import { readFileSync } from 'node:fs';

const FORGED_HOLDER = readFileSync(new URL('forged-holder.pl', import.meta.url)).toString('base64');

/** Has `yes` print a text of so many times `unit`, with no line ends between. */
const flood = (unit: string) => `yes "$(printf '${unit}%.0s' {1..400})" | tr -d '\\n'\r`;

/** What a hostile learner types into a shell, to keep the service from serving others. */
export const floods = {
  /** Titles that are never ended. */
  title: flood(String.raw`\033]0;`),
  /** Switches of the keypad. */
  mode: flood(String.raw`\033=`),
  yes: 'yes\r',
  /** A program in the place of the holder, which sends messages of one byte. */
  forged: forge('tiny'),
} as const;

export type Flood = keyof typeof floods;

/** Other forged holders. */
export const forgeries = ['titles', 'huge', 'heads', 'silent', 'deaf'] as const;

/** Puts a program of that kind (forged-holder.pl) in the place of the shell's holder. */
export function forge(kind: 'tiny' | (typeof forgeries)[number]): string {
  return `echo ${FORGED_HOLDER} | base64 -d >~/forge.pl; perl ~/forge.pl ${kind}\r`;
}
