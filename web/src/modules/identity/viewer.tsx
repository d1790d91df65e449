import { createContext, useContext } from 'react';
import type { ReactNode } from 'react';
import { gql, useQuery } from 'urql';
import { Problem } from '../../components/problem.tsx';
import { hasCode, queryErrorText } from '../api/error-text.ts';
import { useRetry } from '../api/retry.ts';
import { identityTexts } from './texts.ts';
import { LanguagePicker } from '../language/language-picker.tsx';
import { useTexts } from '../language/language.ts';

const ViewerQuery = gql<{ viewer: SignedIn | null }>`
  query Viewer {
    viewer {
      id
      name
      role
    }
  }
`;

/** Shows its children to a signed-in user, and shows other visitors how to sign in. */
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

/** The signed-in user. */
interface SignedIn {
  id: string;
  name: string;
  role: 'STUDENT' | 'INSTRUCTOR' | 'ADMIN';
}

const ViewerContext = createContext<SignedIn | undefined>(undefined);

/** Returns the signed-in user. Works only in components inside `Viewer`. */
export function useViewer(): SignedIn {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('useViewer needs a Viewer around it.');
  return viewer;
}

/** Returns whether the user may see other learners' sessions. */
export function isStaff({ role }: SignedIn): boolean {
  return role !== 'STUDENT';
}
