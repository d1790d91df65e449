import { gql, useQuery } from 'urql';
import { Link } from 'wouter';
import { Problem } from '../components/problem.tsx';
import { readingErrorText } from '../modules/api/error-text.ts';
import { useRetry } from '../modules/api/retry.ts';

interface CatalogueLab {
  slug: string;
  title: string;
  summary: string;
  minutes: number | null;
  progress: { passed: number; total: number } | null;
}

const CatalogueQuery = gql<{ labs: { edges: { node: CatalogueLab }[] } }>`
  query Catalogue {
    labs(first: 100) {
      edges {
        node {
          slug
          title
          summary
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
  const [{ data, error }, readAgain] = useQuery({
    query: CatalogueQuery,
    requestPolicy: 'cache-and-network',
  });
  useRetry(error, readAgain);
  const labs = data?.labs.edges.map((edge) => edge.node);
  return (
    <main className="page" aria-busy={!labs}>
      <title>Labs · Berth</title>
      <h1>Labs</h1>
      {error && <Problem>{readingErrorText(error)}</Problem>}
      {labs?.length === 0 && <p>There are no labs here yet. Whoever runs this service can add some.</p>}
      <ul className="cards">
        {labs?.map((lab) => (
          <li key={lab.slug}>
            <Link href={`/labs/${lab.slug}`} className="card">
              <h2>{lab.title}</h2>
              <p>{lab.summary}</p>
              <p className="facts">
                {lab.minutes !== null && <span>about {lab.minutes} min</span>}
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
  return (
    <span className={passed === total ? 'done' : undefined}>
      {passed} of {total} steps passed
    </span>
  );
}
