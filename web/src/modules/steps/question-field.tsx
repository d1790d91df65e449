import { useId } from 'react';
import { useTexts } from '../language/language.ts';
import { Markdown } from '../instructions/markdown.tsx';
import type { Answer } from './check.ts';
import type { Question } from './step.ts';
import { stepTexts } from './texts.ts';

/** A question of a step, answered by choosing or by writing. */
export function QuestionField(props: {
  /** Id of its check. */
  check: string;
  question: Question;
  language: string;
  answer: Answer | undefined;
  onAnswer: (answer: Answer) => void;
}) {
  const { check, question, language, answer, onAnswer } = props;
  const texts = useTexts(stepTexts);
  const name = useId();
  const { options, multiple, attempts, cost } = question;
  const chosen = answer?.options ?? [];

  function choose(place: number, on: boolean) {
    const others = multiple ? chosen.filter((each) => each !== place) : [];
    onAnswer({ check, options: on ? [...others, place].toSorted((a, b) => a - b) : others });
  }

  return (
    <fieldset className="question">
      <legend>
        <Markdown text={question.text} language={language} />
      </legend>
      {multiple && <p className="faint">{texts.chooseAll}</p>}
      {attempts !== null && <p className="faint">{texts.wrongAnswers(attempts)}</p>}
      {cost > 0 && <p className="faint">{texts.answerCosts(Math.round(cost * 100))}</p>}
      {options.map((option, place) => (
        <label key={option}>
          <input
            type={multiple ? 'checkbox' : 'radio'}
            name={name}
            checked={chosen.includes(place)}
            onChange={({ currentTarget }) => choose(place, currentTarget.checked)}
          />
          <Markdown text={option} language={language} />
        </label>
      ))}
      {options.length === 0 && (
        <input
          type="text"
          aria-label={texts.yourAnswer}
          autoComplete="off"
          spellCheck={false}
          maxLength={2000}
          value={answer?.text ?? ''}
          onChange={({ currentTarget }) => onAnswer({ check, text: currentTarget.value })}
        />
      )}
    </fieldset>
  );
}
