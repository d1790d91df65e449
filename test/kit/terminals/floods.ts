import { readFileSync } from 'node:fs';

const FORGED_HOLDER = readFileSync(new URL('forged-holder.pl', import.meta.url)).toString('base64');

/** Makes `yes` print a text that repeats `unit`, without line breaks. */
const flood = (unit: string) => `yes "$(printf '${unit}%.0s' {1..400})" | tr -d '\\n'\r`;

/** Input of a hostile learner to keep the service from serving others. */
export const floods = {
  /** Titles that never end. */
  title: flood(String.raw`\033]0;`),
  /** Keypad modes. */
  mode: flood(String.raw`\033=`),
  yes: 'yes\r',
  /** A program that replaces the agent and sends one-byte messages. */
  forged: forge('tiny'),
} as const;

export type Flood = keyof typeof floods;

/** Other forged agents. */
export const forgeries = ['titles', 'huge', 'heads', 'silent', 'deaf'] as const;

/** Replaces the shell's agent with a program of that kind (forged-holder.pl). */
export function forge(kind: 'tiny' | (typeof forgeries)[number]): string {
  return `echo ${FORGED_HOLDER} | base64 -d >~/forge.pl; perl ~/forge.pl ${kind}\r`;
}
