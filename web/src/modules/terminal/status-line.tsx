import type { TerminalViewer } from 'berth-terminal-client/frames';
import { useTexts } from '../language/language.ts';
import type { PasteProgress } from './paste-queue.ts';
import type { TerminalStatus } from './follow-terminal.ts';
import { terminalTexts } from './texts.ts';

/** Shows other viewers, a running paste and connection problems. Usually empty. */
export function StatusLine(props: { status: TerminalStatus; pasting: PasteProgress | undefined }) {
  const { status, pasting } = props;
  const texts = useTexts(terminalTexts);
  const { reconnecting, inputDropped, others, typing } = status;
  const guests = others.filter(({ role }) => role !== 'owner');
  return (
    <output className="shell-status">
      {guests.map((viewer) => (
        <span key={viewer.id}>{guestText(texts, viewer, viewer.name === typing)}</span>
      ))}
      {pasting && (
        <span>
          {texts.pasting} <progress aria-hidden="true" value={pasting.sent} max={pasting.of} />
        </span>
      )}
      {inputDropped && <span className="warning">{texts.inputDropped}</span>}
      {reconnecting && <span className="warning">{texts.reconnecting}</span>}
    </output>
  );
}

function guestText(texts: typeof terminalTexts.en, { name, role }: TerminalViewer, typing: boolean): string {
  if (role === 'watching') return texts.watching(name);
  return typing ? texts.typing(name) : texts.assisting(name);
}
