import { Link } from 'wouter';
import { useTexts } from '../language/language.ts';
import type { RecordedContent } from './recording.ts';
import { recordingTexts } from './texts.ts';

/** Tells learners, before they begin, what is recorded, who sees it, and where they see it themselves. */
export function RecordingNotice({ content }: { content: RecordedContent }) {
  const texts = useTexts(recordingTexts);
  return (
    <p className="note">
      {texts.isRecorded[content]} {texts.whoSees} <Link href="/recordings">{texts.yours}</Link>
    </p>
  );
}
