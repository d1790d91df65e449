import { useTexts } from '../language/language.ts';
import { Markdown } from '../instructions/markdown.tsx';
import { messageOf } from './check.ts';
import type { Attempt, Verdict } from './check.ts';
import type { StepCheck } from './step.ts';
import { stepTexts } from './texts.ts';

/** How each check of a step ended, with what it goes by. */
export function VerdictList(props: { attempt: Attempt; checks: readonly StepCheck[]; language: string }) {
  const { attempt, checks, language } = props;
  const texts = useTexts(stepTexts);
  return (
    <ul className="verdicts" aria-label={texts.results}>
      {attempt.verdicts.map((verdict, place) => {
        const check = checks.find(({ id }) => id === verdict.id);
        return (
          <li key={verdict.id} data-state={stateOf(verdict)}>
            <span className="verdict-mark" aria-hidden="true">
              {verdict.passed ? '✓' : verdict.state === 'ERRORED' ? '!' : '✗'}
            </span>
            <div>
              <strong lang={language}>
                {check?.title ??
                  `${texts.kinds[verdict.kind]} ${attempt.verdicts.length > 1 ? place + 1 : ''}`}
              </strong>{' '}
              <span className="unseen">{texts.states[stateOf(verdict)]}</span>
              {verdict.message && <p lang={verdict.finding ? undefined : language}>{messageOf(verdict)}</p>}
              {verdict.explanation && <Markdown text={verdict.explanation} language={language} />}
              {verdict.kind !== 'QUIZ' && verdict.evidence && (
                <details>
                  <summary>{texts.evidence}</summary>
                  <pre>{verdict.evidence}</pre>
                </details>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function stateOf({ passed, state }: Verdict): 'passed' | 'failed' | 'errored' {
  if (state === 'ERRORED') return 'errored';
  return passed ? 'passed' : 'failed';
}
