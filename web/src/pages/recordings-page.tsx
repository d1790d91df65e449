import { useTexts } from '../modules/language/language.ts';
import { RecordingList } from '../modules/recordings/recording-list.tsx';
import { recordingTexts } from '../modules/recordings/texts.ts';

/** Lists the user's own recordings; for instructors and admins, all recordings. */
export function RecordingsPage() {
  const texts = useTexts(recordingTexts);
  return (
    <main className="page wide">
      <title>{`${texts.recordings} · Berth`}</title>
      <h1>{texts.recordings}</h1>
      <RecordingList session={null} />
    </main>
  );
}
