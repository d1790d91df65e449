import type { ReactNode } from 'react';
import { gql, useQuery } from 'urql';
import { Problem } from '../../components/problem.tsx';
import { hasCode, queryErrorText } from '../api/error-text.ts';
import { useRetry } from '../api/retry.ts';
import { ViewerContext } from './viewer-context.ts';
import type { SignedIn } from './viewer-context.ts';
import { useTexts } from '../language/language.ts';
import { LanguagePicker } from '../language/language-picker.tsx';
import { identityTexts } from './texts.ts';

const ViewerQuery = gql<{ viewer: SignedIn | null }>`
  query Viewer {
    viewer {
      id
      name
      role
    }
  }
`;

/** Shows its children to a signed-in user, and to others how to sign in. */
export function Viewer({ children }: { children: ReactNode }) {
  const texts = useTexts(identityTexts);
  const [{ data, error, fetching }, refetch] = useQuery({ query: ViewerQuery });
  useRetry(error, refetch);
  if (data?.viewer) return <ViewerContext value={data.viewer}>{children}</ViewerContext>;
  if (error && !hasCode(error, 'UNAUTHENTICATED')) return <Problem>{queryErrorText(error)}</Problem>;
  if (fetching) return <main className="page" aria-busy="true" />;
  return (
    <main className="page narrow">
      <h1>{texts.welcome}</h1>
      <p>{texts.openLink}</p>
      <p>
        {texts.yourself} <code>npx berth token link</code>
      </p>
      <LanguagePicker />
    </main>
  );
}
