import { createContext, useContext } from 'react';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';
import { ViewerDocument } from '../../generated/operations.ts';
import type { SignedInUser } from '../../generated/operations.ts';
import { Problem } from '../../components/problem.tsx';
import { hasCode, queryErrorText } from '../api/error-text.ts';
import { useRetry } from '../api/retry.ts';
import { identityTexts } from './texts.ts';
import { LanguagePicker } from '../language/language-picker.tsx';
import { useTexts } from '../language/language.ts';

const ViewerContext = createContext<SignedInUser | undefined>(undefined);

/** Shows its children to a signed-in user, and shows other visitors how to sign in. */
export function Viewer({ children }: { children: ReactNode }) {
  const texts = useTexts(identityTexts);
  const [{ data, error, fetching }, refetch] = useQuery({ query: ViewerDocument });
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

/** Returns the signed-in user. Works only in components inside `Viewer`. */
export function useViewer(): SignedInUser {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('useViewer needs a Viewer around it.');
  return viewer;
}

/** Returns whether the user may see other learners' sessions. */
export function isStaff({ role }: SignedInUser): boolean {
  return role !== 'STUDENT';
}
