import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { showGuestTerminal } from './guest-screen.ts';
import { useTexts } from '../language/language.ts';
import { nameTerminal } from './name-terminal.ts';
import type { PasteProgress } from './paste-queue.ts';
import { StatusLine } from './status-line.tsx';
import type { PasteQuestion } from './take-pastes.ts';
import type { GuestRole } from './terminal-api.ts';
import { PasteAsker } from './terminal-questions.tsx';
import { unknownStatus } from './terminal-status.ts';
import { terminalTexts } from './texts.ts';

/** A terminal of somebody else, as they see it. */
export function GuestView({ label, terminal, as }: { label: string; terminal: string; as: GuestRole }) {
  const texts = useTexts(terminalTexts);
  const client = useClient();
  const place = useRef<HTMLDivElement>(null);
  const [status, setStatus] = useState(unknownStatus);
  const [pasting, setPasting] = useState<PasteProgress>();
  const [pasteQuestion, askPaste] = useState<PasteQuestion>();
  const [ended, setEnded] = useState<string>();

  useEffect(
    () =>
      place.current
        ? showGuestTerminal(place.current, {
            client,
            terminal,
            as,
            onPasting: setPasting,
            onPasteQuestion: askPaste,
            onStatus: setStatus,
            onEnd: setEnded,
          })
        : undefined,
    [client, terminal, as],
  );

  const about = as === 'WATCHING' ? texts.aboutWatched : texts.aboutTerminal;
  useEffect(() => nameTerminal(place.current, label, about));

  return (
    <section className="shell" aria-label={label}>
      <div className="shell-screen guest" ref={place} />
      {ended === undefined && <StatusLine status={status} pasting={pasting} />}
      {pasteQuestion && <PasteAsker question={pasteQuestion} onAnswered={() => askPaste(undefined)} />}
      {ended !== undefined && (
        <div className="shell-end">
          <output>{ended}</output>
        </div>
      )}
    </section>
  );
}
