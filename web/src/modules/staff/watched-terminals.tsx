import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { WatchedTerminalsDocument } from '../../generated/operations.ts';
import type { WatchedTerminal } from '../../generated/operations.ts';
import { Problem } from '../../components/problem.tsx';
import { queryErrorText } from '../api/error-text.ts';
import { GuestView } from '../terminal/guest-view.tsx';
import { SettingsButton } from '../terminal/settings-button.tsx';
import type { GuestRole } from '../terminal/terminal-api.ts';
import { terminalTexts } from '../terminal/texts.ts';
import { useTexts } from '../language/language.ts';
import { staffTexts } from './texts.ts';

/** Poll interval of the list of terminals, in milliseconds. */
const POLL_MS = 2_000;

/** Shows the terminals of a learner's session, one at a time. Staff can watch or type. */
export function WatchedTerminals({ session }: { session: string }) {
  const texts = useTexts(staffTexts);
  const { recorded: words } = useTexts(terminalTexts);
  const recordedTexts = { OUTPUT: words.output, INPUT: words.input };
  const [{ data, error }, refetch] = useQuery({
    query: WatchedTerminalsDocument,
    variables: { session },
    requestPolicy: 'network-only',
  });
  useEffect(() => {
    const timer = setInterval(() => refetch({ requestPolicy: 'network-only' }), POLL_MS);
    return () => clearInterval(timer);
  }, [refetch]);
  const [picked, setPicked] = useState<string>();
  const [as, setRole] = useState<GuestRole>('WATCHING');

  if (error && !data) return <Problem>{queryErrorText(error)}</Problem>;
  if (!data) return null;
  const { learner, terminals } = data.session;
  const shown = terminals.find(({ id }) => id === picked) ?? terminals[0];
  const recorded = shown?.recording && !shown.recording.endedAt && recordedTexts[shown.recording.content];
  return (
    <>
      <h1>{texts.terminalsOf(learner.name)}</h1>
      <p className="faint">{texts.aboutWatching(learner.name)}</p>
      {!shown && <p className="nothing">{texts.noTerminals}</p>}
      {shown && (
        <div className="terminals watched">
          <nav className="tabs" aria-label={texts.terminalsOf(learner.name)}>
            {terminals.map((terminal, index) => (
              <span key={terminal.id} className={terminal === shown ? 'tab shown' : 'tab'}>
                <button
                  type="button"
                  aria-pressed={terminal === shown}
                  onClick={() => setPicked(terminal.id)}
                >
                  {tabText(terminal, index)}
                </button>
              </span>
            ))}
            {recorded && <span className="hint recorded">{recorded}</span>}
            <label className="hint">
              <input
                type="checkbox"
                checked={as === 'ASSISTING'}
                onChange={({ target }) => setRole(target.checked ? 'ASSISTING' : 'WATCHING')}
              />{' '}
              {texts.assist}
            </label>
            <SettingsButton />
          </nav>
          <GuestView
            key={`${shown.id} ${as}`}
            label={tabText(shown, terminals.indexOf(shown))}
            terminal={shown.id}
            as={as}
          />
        </div>
      )}
    </>
  );
}

function tabText({ machine }: WatchedTerminal, index: number): string {
  return `${index + 1} · ${machine}`;
}
