import { useQuery } from 'urql';
import { Link } from 'wouter';
import { Problem } from '../components/problem.tsx';
import { hasCode, queryErrorText } from '../modules/api/error-text.ts';
import { useLanguage, useTexts } from '../modules/language/language.ts';
import { RecordingQuery } from '../modules/recordings/recording.ts';
import type { ListedRecording } from '../modules/recordings/recording.ts';
import { RecordingPlayer } from '../modules/recordings/recording-player.tsx';
import { recordingTexts } from '../modules/recordings/texts.ts';
import { useCast } from '../modules/recordings/use-cast.ts';
import { NotFoundPage } from './not-found-page.tsx';

/** One recording, to be played back. */
export function RecordingPage({ id }: { id: string }) {
  const texts = useTexts(recordingTexts);
  const [{ data, error }] = useQuery({ query: RecordingQuery, variables: { id, language: useLanguage() } });
  if (error && hasCode(error, 'RECORDING_NOT_FOUND')) return <NotFoundPage />;
  return (
    <main className="page wide" aria-busy={!data}>
      <title>{`${texts.recording} · Berth`}</title>
      <p>
        <Link href="/recordings">{texts.recordings}</Link>
      </p>
      {error && !data && <Problem>{queryErrorText(error)}</Problem>}
      {data && <Playback recording={data.recording} />}
    </main>
  );
}

function Playback({ recording }: { recording: ListedRecording }) {
  const texts = useTexts(recordingTexts);
  const { learner, lab, labSlug, machine, startedAt, endedAt } = recording;
  // The page may be open at another address than the one that is set: its own is where it may read.
  const url = new URL(recording.url).pathname;
  const cast = useCast(url);
  const began = new Date(startedAt).toLocaleString(texts.locale, { dateStyle: 'long', timeStyle: 'short' });
  return (
    <>
      <h1>{texts.ofLearner(learner.name, lab?.title ?? labSlug)}</h1>
      <p className="faint">
        {machine} · <time dateTime={startedAt}>{began}</time>
      </p>
      {!endedAt && <p className="note">{texts.goesOnStill}</p>}
      {cast === 'failed' && <Problem>{texts.notLoaded}</Problem>}
      {cast !== undefined && cast !== 'failed' && <RecordingPlayer cast={cast} url={url} />}
    </>
  );
}
