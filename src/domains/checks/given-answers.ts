import { fault } from '../../core/errors.ts';
import type { Fault } from '../../core/errors.ts';
import type { QuizCheck } from '../labs/lab-check.ts';
import type { LabStep } from '../labs/lab.ts';

/** Most letters of an answer: more than any author has in mind. */
const LONGEST_TEXT = 2_000;

/** What a learner answers to one question. */
export interface GivenAnswer {
  /** Of the question, within its step. */
  checkId: string;
  /** Places of the options that are chosen, from 0. */
  options?: readonly number[] | undefined;
  /** Where the answer is a text. */
  text?: string | undefined;
}

/** An answer that fits its question: of options where it has them, a text otherwise. */
export type Answer = { options: readonly number[] } | { text: string };

/**
 * Answers by the ids of their questions; an answer without an option or a letter counts as none.
 * @throws INPUT_INVALID for one that fits no question of the step
 */
export function answersTo(
  { id, checks }: Pick<LabStep, 'id' | 'checks'>,
  given: readonly GivenAnswer[],
): Map<string, Answer> {
  const answers = new Map<string, Answer>();
  for (const answer of given) {
    const check = checks.find((one) => one.id === answer.checkId);
    if (check?.kind !== 'quiz') throw wrong(`The step "${id}" asks no question "${answer.checkId}".`);
    if (answers.has(check.id)) throw wrong(`The question "${check.id}" is answered twice.`);
    const fitting = fit(check, answer);
    if (fitting) answers.set(check.id, fitting);
  }
  return answers;
}

function fit({ id, answer: wanted }: QuizCheck, { options, text }: GivenAnswer): Answer | undefined {
  if (wanted.kind === 'text') {
    if (options !== undefined) throw wrong(`The question "${id}" is answered by a text.`);
    const trimmed = (text ?? '').trim();
    if (trimmed.length > LONGEST_TEXT) {
      throw wrong(`The answer to "${id}" may have at most ${LONGEST_TEXT} characters.`);
    }
    return trimmed === '' ? undefined : { text: trimmed };
  }
  if (text !== undefined) throw wrong(`The question "${id}" is answered by choosing options.`);
  const chosen = [...new Set(options)];
  if (chosen.length > 1 && !wanted.multiple) throw wrong(`The question "${id}" takes one option.`);
  const most = wanted.options.length;
  if (!chosen.every((place) => Number.isInteger(place) && place >= 0 && place < most)) {
    throw wrong(`The question "${id}" has the options 0 to ${most - 1}.`);
  }
  return chosen.length === 0 ? undefined : { options: chosen };
}

function wrong(problem: string): Fault {
  return fault('INPUT_INVALID', { problem });
}
