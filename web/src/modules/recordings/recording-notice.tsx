import { Link } from 'wouter';
import type { RecordedContent } from '../../generated/operations.ts';
import { useTexts } from '../language/language.ts';
import { recordingTexts } from './texts.ts';

/** Tells learners before the start what is recorded, who can see it, and where their own recordings are. */
export function RecordingNotice({ content }: { content: RecordedContent }) {
  const texts = useTexts(recordingTexts);
  return (
    <p className="note">
      {texts.isRecorded[content]} {texts.whoSees} <Link href="/recordings">{texts.yours}</Link>
    </p>
  );
}
