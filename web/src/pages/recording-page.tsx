import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { RecordingDocument } from '../generated/operations.ts';
import type { ListedRecording } from '../generated/operations.ts';
import { Problem } from '../components/problem.tsx';
import { hasCode, queryErrorText } from '../modules/api/error-text.ts';
import { useLanguage, useTexts } from '../modules/language/language.ts';
import { readCast } from '../modules/recordings/cast.ts';
import type { Cast } from '../modules/recordings/cast.ts';
import { RecordingPlayer } from '../modules/recordings/recording-player.tsx';
import { recordingTexts } from '../modules/recordings/texts.ts';
import { NotFoundPage } from './not-found-page.tsx';

/** Shows one recording in a player. */
export function RecordingPage({ id }: { id: string }) {
  const texts = useTexts(recordingTexts);
  const [{ data, error }] = useQuery({
    query: RecordingDocument,
    variables: { id, language: useLanguage() },
  });
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
  // The page may be open at another origin than the service's configured one. Only its own origin lets it read.
  const url = new URL(recording.url).pathname;
  const cast = useCast(url);
  const started = new Date(startedAt).toLocaleString(texts.locale, { dateStyle: 'long', timeStyle: 'short' });
  return (
    <>
      <h1>{texts.ofLearner(learner.name, lab?.title ?? labSlug)}</h1>
      <p className="faint">
        {machine} · <time dateTime={startedAt}>{started}</time>
      </p>
      {!endedAt && <p className="note">{texts.incomplete}</p>}
      {cast === 'failed' && <Problem>{texts.notLoaded}</Problem>}
      {cast !== undefined && cast !== 'failed' && <RecordingPlayer cast={cast} url={url} />}
    </>
  );
}

/** Loads a recording's file. Returns undefined while it loads. */
function useCast(url: string | undefined): Cast | 'failed' | undefined {
  const [cast, setCast] = useState<Cast | 'failed'>();
  useEffect(() => {
    if (url === undefined) return undefined;
    const leaving = new AbortController();
    load(url, leaving.signal).then(setCast, () => {
      if (!leaving.signal.aborted) setCast('failed');
    });
    return () => leaving.abort();
  }, [url]);
  return cast;
}

async function load(url: string, signal: AbortSignal): Promise<Cast> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(response.statusText);
  return readCast(await response.text());
}
