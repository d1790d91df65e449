import { useTexts } from '../language/language.ts';
import type { QueuePlace } from './session.ts';
import { sessionTexts } from './texts.ts';

/** Where a session is in the queue, what it waits for, and for how long. */
export function Waiting({ queue }: { queue: QueuePlace }) {
  const { waiting: texts } = useTexts(sessionTexts);
  const { place, waiting, reason, estimatedWaitSeconds: seconds } = queue;
  const wait =
    seconds === null ? texts.unknown : seconds < 60 ? texts.soon : texts.minutes(Math.ceil(seconds / 60));
  return (
    <output className="waiting">
      {texts.place(place, waiting)} {texts.reasons[reason]} {wait} {texts.byItself}
    </output>
  );
}
