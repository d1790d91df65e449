import type { ReactNode } from 'react';
import { gql, useQuery } from 'urql';
import { Problem } from '../../components/problem.tsx';
import { hasCode, readingErrorText } from '../api/error-text.ts';
import { useRetry } from '../api/retry.ts';
import { ViewerContext } from './viewer-context.ts';
import type { SignedIn } from './viewer-context.ts';

const ViewerQuery = gql<{ viewer: SignedIn | null }>`
  query Viewer {
    viewer {
      id
      name
      role
    }
  }
`;

/** Shows its children to whoever is signed in, and to others how to sign in. */
export function Viewer({ children }: { children: ReactNode }) {
  const [{ data, error, fetching }, readAgain] = useQuery({ query: ViewerQuery });
  useRetry(error, readAgain);
  if (data?.viewer) return <ViewerContext value={data.viewer}>{children}</ViewerContext>;
  if (error && !hasCode(error, 'UNAUTHENTICATED')) return <Problem>{readingErrorText(error)}</Problem>;
  if (fetching) return <main className="page" aria-busy="true" />;
  return (
    <main className="page narrow">
      <h1>Welcome to Berth</h1>
      <p>
        Open the sign-in link that you were given. It works once; whoever runs this service can make another.
      </p>
      <p>
        Running it yourself? <code>npx berth token link</code> prints a link for the admin.
      </p>
    </main>
  );
}
