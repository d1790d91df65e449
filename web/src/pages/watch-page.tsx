import { Link } from 'wouter';
import { isStaff, useViewer } from '../modules/identity/viewer.tsx';
import { useTexts } from '../modules/language/language.ts';
import { RecordingList } from '../modules/recordings/recording-list.tsx';
import { recordingTexts } from '../modules/recordings/texts.ts';
import { WatchedTerminals } from '../modules/staff/watched-terminals.tsx';
import { NotFoundPage } from './not-found-page.tsx';
import { pageTexts } from './texts.ts';

/** Shows the live terminals and the recordings of a learner's session, for instructors and admins. */
export function WatchPage({ session }: { session: string }) {
  const texts = useTexts(pageTexts);
  const { recordings } = useTexts(recordingTexts);
  if (!isStaff(useViewer())) return <NotFoundPage />;
  return (
    <main className="page wide">
      <title>{`${texts.learners} · Berth`}</title>
      <p>
        <Link href="/staff">{texts.allLearners}</Link>
      </p>
      <WatchedTerminals session={session} />
      <h2>{recordings}</h2>
      <RecordingList session={session} />
    </main>
  );
}
