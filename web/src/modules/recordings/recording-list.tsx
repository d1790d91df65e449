import { useState } from 'react';
import { useQuery } from 'urql';
import { Link } from 'wouter';
import { RecordingsDocument } from '../../generated/operations.ts';
import type { ListedRecording } from '../../generated/operations.ts';
import { Problem } from '../../components/problem.tsx';
import { queryErrorText } from '../api/error-text.ts';
import { useLanguage, useTexts } from '../language/language.ts';
import { formatDay, formatLength } from '../language/format.ts';
import { recordingTexts } from './texts.ts';

/** Lists the recordings of one session, or all that the user may see, newest first. */
export function RecordingList({ session }: { session: string | null }) {
  const texts = useTexts(recordingTexts);
  const language = useLanguage();
  const [after, setAfter] = useState<string | null>(null);
  const [{ data, error }] = useQuery({
    query: RecordingsDocument,
    variables: { session, after, language },
    requestPolicy: 'cache-and-network',
  });
  if (error && !data) return <Problem>{queryErrorText(error)}</Problem>;
  if (!data) return null;
  const { edges, pageInfo } = data.recordings;
  if (edges.length === 0) return <p className="nothing">{texts.nothing}</p>;
  const older = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  return (
    <section aria-label={texts.recordings}>
      <div className="list">
        <table>
          <thead>
            <tr>
              {texts.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
              <th scope="col">
                <span className="unseen">{texts.play}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {edges.map(({ node }) => (
              <Row key={node.id} recording={node} />
            ))}
          </tbody>
        </table>
      </div>
      {(after ?? older) && (
        <nav className="pager" aria-label={texts.recordings}>
          <button type="button" className="quiet" disabled={after === null} onClick={() => setAfter(null)}>
            {texts.newer}
          </button>
          <button type="button" className="quiet" disabled={older === null} onClick={() => setAfter(older)}>
            {texts.older}
          </button>
        </nav>
      )}
    </section>
  );
}

function Row({ recording }: { recording: ListedRecording }) {
  const texts = useTexts(recordingTexts);
  const { id, learner, lab, labSlug, machine, content, startedAt, endedAt, seconds, expiresAt } = recording;
  const started = formatTime(startedAt, texts.locale);
  return (
    <tr>
      <th scope="row">{learner.name}</th>
      <td>{lab?.title ?? labSlug}</td>
      <td>
        {machine}
        {content === 'INPUT' && <span className="faint"> · {texts.withInput}</span>}
      </td>
      <td>
        <time dateTime={startedAt}>{started}</time>
      </td>
      <td className="number">
        {formatLength(seconds)}
        {!endedAt && <span className="faint"> · {texts.inProgress}</span>}
      </td>
      <td>{expiresAt && <time dateTime={expiresAt}>{formatDay(expiresAt, texts.locale)}</time>}</td>
      <td className="actions">
        <Link href={`/recordings/${encodeURIComponent(id)}`} aria-label={texts.playOf(learner.name, started)}>
          {texts.play}
        </Link>
      </td>
    </tr>
  );
}

function formatTime(moment: string, locale: string): string {
  return new Date(moment).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
}
