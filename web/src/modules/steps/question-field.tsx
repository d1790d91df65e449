import { useId } from 'react';
import type { AnswerInput, Question } from '../../generated/operations.ts';
import { useTexts } from '../language/language.ts';
import { Markdown } from '../instructions/markdown.tsx';
import { stepTexts } from './texts.ts';

/** Shows a question of a step, with options to choose from or a text field. */
export function QuestionField(props: {
  /** Id of its check. */
  check: string;
  question: Question;
  language: string;
  answer: AnswerInput | undefined;
  onAnswer: (answer: AnswerInput) => void;
}) {
  const { check, question, language, answer, onAnswer } = props;
  const texts = useTexts(stepTexts);
  const name = useId();
  const { options, multiple, attempts, cost } = question;
  const chosen = answer?.options ?? [];

  function choose(index: number, on: boolean) {
    const others = multiple ? chosen.filter((each) => each !== index) : [];
    onAnswer({ check, options: on ? [...others, index].toSorted((a, b) => a - b) : others });
  }

  return (
    <fieldset className="question">
      <legend>
        <Markdown text={question.text} language={language} />
      </legend>
      {multiple && <p className="faint">{texts.chooseAll}</p>}
      {attempts !== null && <p className="faint">{texts.wrongAnswers(attempts)}</p>}
      {cost > 0 && <p className="faint">{texts.answerCosts(Math.round(cost * 100))}</p>}
      {options.map((option, index) => (
        <label key={option}>
          <input
            type={multiple ? 'checkbox' : 'radio'}
            name={name}
            checked={chosen.includes(index)}
            onChange={({ currentTarget }) => choose(index, currentTarget.checked)}
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
