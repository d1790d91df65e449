import type { Answer } from './given-answers.ts';
import type { Reader } from './scripts/script-helpers.ts';

/** What a check is run on. */
export interface CheckPlace {
  /** The version of the lab that has it. */
  lab: { slug: string; version: string };
  sessionId: string;
  /** The engine's handle of its machine; of no meaning for a question. */
  machineId: string;
  /** The machine's own user, whose home `~` is; undefined for the image's. */
  machineUser: string | undefined;
  /** Variables that scripts and commands find. */
  environment: Record<string, string>;
  /** What a question is answered with. */
  answer: Answer | undefined;
  /** Who reads what it says. */
  reader: Reader;
}
