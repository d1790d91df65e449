import type { Answer } from './kinds/quiz-check.ts';
import type { Reader } from './script-runner.ts';

/** The context in which a check runs. */
export interface CheckContext {
  /** The lab version that contains the check. */
  lab: { slug: string; version: string };
  sessionId: string;
  /** The session's learner, of whose trusted checks one runs at a time. Tests of labs have one in each environment. */
  learnerId: string;
  /** The container id of its machine; unused for a question. */
  machineId: string;
  /** The machine's own user, whose home `~` stands for; undefined for the image's user. */
  machineUser: string | undefined;
  /** Environment variables for scripts and commands. */
  environment: Record<string, string>;
  /** The given answer to a question. */
  answer: Answer | undefined;
  /** The languages of the reader of messages. */
  reader: Reader;
}
