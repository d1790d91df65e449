import type { PageQuestion } from './page.ts';

const QUESTION = /^\s*>>\s*(.+?)\s*<<\s*$/;
const TEXT_ANSWER = /^\s*=([=~])=\s*(.+?)\s*$/;
const OPTION = /^\s*(?:\[([ xX*]?)\]|\(([ xX*]?)\))\s*(.+?)\s*$/;

/** Extracts questions from a text. Questions without an answer stay in it. Pure. */
export function takeQuestions(text: string): {
  text: string;
  questions: PageQuestion[];
  unanswered: string[];
} {
  const lines = text.split('\n');
  const kept: string[] = [];
  const questions: PageQuestion[] = [];
  const unanswered: string[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    const [, question] = QUESTION.exec(line) ?? [];
    if (question === undefined) {
      kept.push(line);
      at += 1;
      continue;
    }
    const end = endOfAnswers(lines, at + 1);
    const answer = answerOf(lines.slice(at + 1, end));
    if (answer) questions.push({ question: withoutNumber(question), answer });
    else {
      unanswered.push(question);
      kept.push(`**${question}**`, ...lines.slice(at + 1, end));
    }
    at = end;
  }
  return { text: kept.join('\n'), questions, unanswered };
}

/** Returns the end of the answers, which follow the question directly; blank lines between them are allowed. */
function endOfAnswers(lines: readonly string[], from: number): number {
  let end = from;
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (TEXT_ANSWER.test(line) || OPTION.test(line)) end = at + 1;
    else if (line.trim() !== '') break;
  }
  return end;
}

function answerOf(lines: readonly string[]): PageQuestion['answer'] | undefined {
  const texts = lines.flatMap((line) => {
    const [, kind, answer] = TEXT_ANSWER.exec(line) ?? [];
    return answer === undefined ? [] : [{ isPart: kind === '~', answer }];
  });
  if (texts.length > 0) {
    const match = texts.some(({ isPart }) => isPart) ? 'contains' : 'exact';
    return { kind: 'text', match, answers: texts.map(({ answer }) => answer) };
  }
  const options = lines.flatMap((line) => {
    const [, box, circle, option] = OPTION.exec(line) ?? [];
    if (option === undefined) return [];
    return [{ text: option, correct: (box ?? circle ?? '').trim() !== '', isBox: box !== undefined }];
  });
  const right = options.filter(({ correct }) => correct).length;
  if (options.length < 2 || right === 0) return undefined;
  return {
    kind: 'choice',
    multiple: right > 1 || options.some(({ isBox }) => isBox),
    options: options.map(({ text, correct }) => ({ text, correct })),
  };
}

/** Removes the number: "Q1: Which …" → "Which …". Berth numbers questions. */
function withoutNumber(question: string): string {
  return question.replace(/^Q\d+\s*[:.)]\s*/i, '') || question;
}
