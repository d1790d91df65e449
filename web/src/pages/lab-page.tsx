import { gql, useQuery } from 'urql';
import { useSearchParams } from 'wouter';
import { Problem } from '../components/problem.tsx';
import { hasCode, readingErrorText } from '../modules/api/error-text.ts';
import { useRetry } from '../modules/api/retry.ts';
import { Markdown } from '../modules/instructions/markdown.tsx';
import { StepCard } from '../modules/instructions/step-card.tsx';
import type { LabStep } from '../modules/instructions/step-card.tsx';
import { ReadySession } from '../modules/session/ready-session.ts';
import { SessionStage } from '../modules/session/session-stage.tsx';
import { useSession } from '../modules/session/use-session.ts';
import { NotFoundPage } from './not-found-page.tsx';

interface LabOfPage {
  title: string;
  introduction: string;
  conclusion: string;
  save: boolean;
  steps: LabStep[];
  progress: { passed: number; total: number; steps: { id: string; passed: boolean }[] } | null;
}

const LabQuery = gql<{ viewer: { id: string }; lab: LabOfPage }, { slug: string }>`
  query Lab($slug: String!) {
    viewer {
      id
    }
    lab(slug: $slug) {
      id
      title
      introduction
      conclusion
      save
      steps {
        id
        title
        instructions
        hasCheck
      }
      progress {
        passed
        total
        steps {
          id
          passed
        }
      }
    }
  }
`;

/** A lab: its text on one side, the learner's machine on the other. */
export function LabPage({ slug }: { slug: string }) {
  const [{ data, error }, readAgain] = useQuery({
    query: LabQuery,
    variables: { slug },
    requestPolicy: 'cache-and-network',
  });
  useRetry(error, readAgain);
  if (error && hasCode(error, 'LAB_NOT_FOUND')) return <NotFoundPage />;
  if (error && !data) return <Problem>{readingErrorText(error)}</Problem>;
  if (!data) return <main className="page" aria-busy="true" />;
  return (
    <LabBench
      slug={slug}
      learner={data.viewer.id}
      lab={data.lab}
      onChecked={() => readAgain({ requestPolicy: 'network-only' })}
    />
  );
}

function LabBench(props: { slug: string; learner: string; lab: LabOfPage; onChecked: () => void }) {
  const { slug, learner, lab, onChecked } = props;
  const [search] = useSearchParams();
  const handle = useSession(slug, learner, search.get('session') ?? undefined);
  const ready = handle.session?.state === 'READY' ? handle.session : undefined;
  const passed = new Set(lab.progress?.steps.filter((step) => step.passed).map((step) => step.id));
  const total = lab.progress?.total ?? 0;
  const all = total > 0 && lab.progress?.passed === total;
  return (
    <main className="bench" data-live={ready !== undefined}>
      <title>{`${lab.title} · Berth`}</title>
      <ReadySession value={ready}>
        <section className="text" aria-label="Instructions">
          <header className="lab-head">
            <h1>{lab.title}</h1>
            {total > 0 && lab.progress && (
              <p className="facts">
                <progress
                  max={lab.progress.total}
                  value={lab.progress.passed}
                  aria-label="Your progress in this lab"
                />{' '}
                {lab.progress.passed} of {lab.progress.total} steps passed
              </p>
            )}
          </header>
          <Markdown text={lab.introduction} heading={lab.title} />
          {lab.steps.map((step, index) => (
            <StepCard
              key={step.id}
              step={step}
              number={index + 1}
              passed={passed.has(step.id)}
              sessionId={ready?.id}
              onChecked={onChecked}
            />
          ))}
          {all && <Markdown text={lab.conclusion} />}
        </section>
      </ReadySession>
      <SessionStage handle={handle} savable={lab.save} />
    </main>
  );
}
