import { useQuery } from 'urql';
import { useSearchParams } from 'wouter';
import { LabBySlugDocument } from '../generated/operations.ts';
import type { Lab } from '../generated/operations.ts';
import { Problem } from '../components/problem.tsx';
import { hasCode, queryErrorText } from '../modules/api/error-text.ts';
import { useViewer } from '../modules/identity/viewer.tsx';
import { useRetry } from '../modules/api/retry.ts';
import { Markdown } from '../modules/instructions/markdown.tsx';
import { ReadySession } from '../modules/session/session.ts';
import { SessionStage } from '../modules/session/session-stage.tsx';
import { useSession } from '../modules/session/use-session.ts';
import { StepList } from '../modules/steps/step-list.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { languageOfText, useLanguage, useOfferLanguages, useTexts } from '../modules/language/language.ts';
import { useLastValue } from '../components/hooks.ts';
import { pageTexts } from './texts.ts';

/** Shows a lab: its instructions, and next to them the learner's machine. */
export function LabPage({ slug }: { slug: string }) {
  const viewer = useViewer();
  const language = useLanguage();
  const [{ data: fetched, error }, refetch] = useQuery({
    query: LabBySlugDocument,
    variables: { slug, language },
    requestPolicy: 'cache-and-network',
  });
  useRetry(error, refetch);
  // While the lab loads in another language, the terminals stay open.
  const data = useLastValue(fetched);
  useOfferLanguages(data?.lab.languages ?? []);
  if (error && hasCode(error, 'LAB_NOT_FOUND')) return <NotFoundPage />;
  if (error && !data) return <Problem>{queryErrorText(error)}</Problem>;
  if (!data) return <main className="page" aria-busy="true" />;
  return (
    <LoadedLab
      slug={slug}
      learner={viewer.id}
      lab={data.lab}
      onChecked={() => refetch({ requestPolicy: 'network-only' })}
    />
  );
}

function LoadedLab(props: { slug: string; learner: string; lab: Lab; onChecked: () => void }) {
  const { slug, learner, lab, onChecked } = props;
  const texts = useTexts(pageTexts);
  const language = languageOfText(useLanguage(), lab.languages);
  const [search] = useSearchParams();
  const handle = useSession(slug, learner, search.get('session') ?? undefined);
  const ready = handle.session?.state === 'READY' ? handle.session : undefined;
  const total = lab.progress?.total ?? 0;
  const all = total > 0 && lab.progress?.passed === total;
  return (
    <main className="lab" data-live={ready !== undefined}>
      <title>{`${lab.title} · Berth`}</title>
      <ReadySession value={ready}>
        <section className="text" aria-label={texts.instructions}>
          <header className="lab-head">
            <h1 lang={language}>{lab.title}</h1>
            {total > 0 && lab.progress && (
              <p className="facts">
                <progress max={lab.progress.total} value={lab.progress.passed} aria-label={texts.progress} />{' '}
                {texts.passed(lab.progress.passed, lab.progress.total)}
              </p>
            )}
          </header>
          <Markdown text={lab.introduction} heading={lab.title} language={language} />
          <StepList
            steps={lab.steps}
            language={language}
            progress={lab.progress?.steps ?? []}
            onChecked={onChecked}
          />
          {all && <Markdown text={lab.conclusion} language={language} />}
        </section>
      </ReadySession>
      <SessionStage handle={handle} savable={lab.save} recording={lab.recording} />
    </main>
  );
}
