import { useId } from 'react';
import { useTexts } from '../language/language.ts';
import {
  chooseClipboardRule,
  chooseScreenReader,
  useClipboardRule,
  useScreenReader,
} from './terminal-settings.ts';
import type { ClipboardRule } from './terminal-settings.ts';
import { terminalTexts } from './texts.ts';

const rules: readonly ClipboardRule[] = ['ask', 'allow', 'refuse'];

/** Renders the button that opens the terminal settings and the list of keys. */
export function SettingsButton({ sessionId }: { sessionId?: string }) {
  const texts = useTexts(terminalTexts);
  const panel = useId();
  const screenReader = useScreenReader();
  return (
    <>
      <button type="button" className="tab settings" popoverTarget={panel}>
        {texts.settings}
      </button>
      <section id={panel} popover="auto" className="terminal-settings" aria-label={texts.settings}>
        <label>
          <input
            type="checkbox"
            checked={screenReader}
            onChange={({ target }) => chooseScreenReader(target.checked)}
          />{' '}
          {texts.screenReader}
        </label>
        <p className="faint">{texts.aboutScreenReader}</p>
        {sessionId !== undefined && <ClipboardField sessionId={sessionId} />}
        <dl>
          {texts.keys.map(([key, action]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{action}</dd>
            </div>
          ))}
        </dl>
      </section>
    </>
  );
}

function ClipboardField({ sessionId }: { sessionId: string }) {
  const texts = useTexts(terminalTexts);
  const rule = useClipboardRule(sessionId);
  return (
    <label>
      {texts.clipboard}{' '}
      <select
        value={rule}
        onChange={({ target }) => chooseClipboardRule(sessionId, target.value as ClipboardRule)}
      >
        {rules.map((each) => (
          <option key={each} value={each}>
            {texts.clipboardRules[each]}
          </option>
        ))}
      </select>
    </label>
  );
}
