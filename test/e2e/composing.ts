import type { Page } from 'playwright-core';

/** Code of a key that an input method handles before the page does. */
const PROCESSED = 229;

/** An input method that composes in the page, with the events that Chromium sends for system input methods. */
export async function startComposing(page: Page) {
  const devtools = await page.context().newCDPSession(page);

  const key = (type: 'rawKeyDown' | 'keyUp', code: string) =>
    devtools.send('Input.dispatchKeyEvent', {
      type,
      key: 'Process',
      code,
      windowsVirtualKeyCode: PROCESSED,
    });
  const commit = (text: string) => devtools.send('Input.insertText', { text });

  return {
    /** The stages of the composed text, one per key. */
    async compose(...stages: string[]): Promise<void> {
      for (const text of stages) {
        const end = text.length;
        const set = { text, selectionStart: end, selectionEnd: end };
        await Promise.all([
          key('rawKeyDown', 'KeyG'),
          devtools.send('Input.imeSetComposition', set),
          key('keyUp', 'KeyG'),
        ]);
      }
    },

    /** Finishes the composed text as this text. */
    commit,

    /** A key that the input method handles, its effect, and the character that it passes on after all. */
    async process(code: string, does?: () => Promise<unknown>, character?: string): Promise<void> {
      const events = [key('rawKeyDown', code), does?.()];
      if (character) events.push(devtools.send('Input.dispatchKeyEvent', { type: 'char', text: character }));
      await Promise.all([...events, key('keyUp', code)]);
    },
  };
}
