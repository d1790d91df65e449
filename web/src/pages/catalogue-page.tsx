import { useQuery } from 'urql';
import { Link } from 'wouter';
import { CatalogueDocument } from '../generated/operations.ts';
import type { CatalogueLab } from '../generated/operations.ts';
import { Problem } from '../components/problem.tsx';
import { queryErrorText } from '../modules/api/error-text.ts';
import { useRetry } from '../modules/api/retry.ts';
import { languageOfText, useLanguage, useOfferLanguages, useTexts } from '../modules/language/language.ts';
import { groupByCollection } from '../modules/catalogue/group-by-collection.ts';
import { useLastValue } from '../components/hooks.ts';
import { pageTexts } from './texts.ts';

/** Lists all labs by collection, with the learner's progress. */
export function CataloguePage() {
  const texts = useTexts(pageTexts);
  const language = useLanguage();
  const [{ data, error }, refetch] = useQuery({
    query: CatalogueDocument,
    variables: { language },
    requestPolicy: 'cache-and-network',
  });
  useRetry(error, refetch);
  const labs = useLastValue(data)?.labs.edges.map((edge) => edge.node);
  useOfferLanguages(labs?.flatMap(({ languages }) => languages) ?? []);
  const collections = groupByCollection(labs ?? []);
  const hasHeadings = collections.some(({ title }) => title !== null);
  return (
    <main className="page" aria-busy={!labs}>
      <title>{`${texts.labs} · Berth`}</title>
      <h1>{texts.labs}</h1>
      {error && <Problem>{queryErrorText(error)}</Problem>}
      {labs?.length === 0 && <p>{texts.noLabs}</p>}
      {collections.map(({ title, labs }) => (
        <section key={title ?? ''}>
          {hasHeadings && (
            <h2 lang={title === null ? undefined : languageOfText(language, labs[0]?.languages ?? [])}>
              {title ?? texts.others}
            </h2>
          )}
          <ul className="cards">
            {labs.map((lab) => (
              <li key={lab.slug}>
                <LabCard lab={lab} heading={hasHeadings ? 'h3' : 'h2'} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </main>
  );
}

function LabCard({ lab, heading: Heading }: { lab: CatalogueLab; heading: 'h2' | 'h3' }) {
  const texts = useTexts(pageTexts);
  const language = languageOfText(useLanguage(), lab.languages);
  return (
    <Link href={`/labs/${lab.slug}`} className="card">
      <Heading lang={language}>{lab.title}</Heading>
      <p lang={language}>{lab.summary}</p>
      <p className="facts">
        {lab.minutes !== null && <span>{texts.about(lab.minutes)}</span>}
        {lab.progress && lab.progress.total > 0 && <Passed {...lab.progress} />}
      </p>
    </Link>
  );
}

function Passed({ passed, total }: { passed: number; total: number }) {
  const texts = useTexts(pageTexts);
  return <span className={passed === total ? 'done' : undefined}>{texts.passed(passed, total)}</span>;
}
