import { gql, useQuery } from 'urql';
import { Link } from 'wouter';
import { Problem } from '../components/problem.tsx';
import { readingErrorText } from '../modules/api/error-text.ts';
import { useRetry } from '../modules/api/retry.ts';
import { languageGiven, useLanguage, useTexts } from '../modules/language/language.ts';
import { useOffering } from '../modules/language/offered.ts';
import { useKept } from '../components/use-kept.ts';
import { pageTexts } from './texts.ts';

interface CatalogueLab {
  slug: string;
  languages: string[];
  title: string;
  summary: string;
  minutes: number | null;
  progress: { passed: number; total: number } | null;
}

const CatalogueQuery = gql<{ labs: { edges: { node: CatalogueLab }[] } }, { language: string }>`
  query Catalogue($language: String) {
    labs(first: 100) {
      edges {
        node {
          slug
          languages
          title(language: $language)
          summary(language: $language)
          minutes
          progress {
            passed
            total
          }
        }
      }
    }
  }
`;

/** All labs, each with how far the learner is. */
export function CataloguePage() {
  const texts = useTexts(pageTexts);
  const language = useLanguage();
  const [{ data, error }, readAgain] = useQuery({
    query: CatalogueQuery,
    variables: { language },
    requestPolicy: 'cache-and-network',
  });
  useRetry(error, readAgain);
  const labs = useKept(data)?.labs.edges.map((edge) => edge.node);
  useOffering(labs?.flatMap(({ languages }) => languages) ?? []);
  return (
    <main className="page" aria-busy={!labs}>
      <title>{`${texts.labs} · Berth`}</title>
      <h1>{texts.labs}</h1>
      {error && <Problem>{readingErrorText(error)}</Problem>}
      {labs?.length === 0 && <p>{texts.noLabs}</p>}
      <ul className="cards">
        {labs?.map((lab) => (
          <li key={lab.slug}>
            <Link href={`/labs/${lab.slug}`} className="card">
              <h2 lang={languageGiven(language, lab.languages)}>{lab.title}</h2>
              <p lang={languageGiven(language, lab.languages)}>{lab.summary}</p>
              <p className="facts">
                {lab.minutes !== null && <span>{texts.about(lab.minutes)}</span>}
                {lab.progress && lab.progress.total > 0 && <Passed {...lab.progress} />}
              </p>
            </Link>
          </li>
        ))}
      </ul>
    </main>
  );
}

function Passed({ passed, total }: { passed: number; total: number }) {
  const texts = useTexts(pageTexts);
  return <span className={passed === total ? 'done' : undefined}>{texts.passed(passed, total)}</span>;
}
