import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labPage, openLab, signIn } from './lab-page.ts';
import { illegible, readable } from './legibility.ts';
import { linkFor } from './people.ts';

const berth = await startBerth(t);
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
await signIn(page, await linkFor(berth, { name: 'Ada' }));
await openLab(page, berth);
await lab.start();
const focused = (target = page) => target.evaluate<string>('document.activeElement.className');
const terminal = lab.machine.getByRole('region', { name: 'Terminal 1', exact: true });
const announced = terminal.locator('.live-region[aria-live]');

await test('a terminal has an accessible name and describes how to leave it', async (t) => {
  const field = terminal.getByRole('textbox', { name: 'Terminal 1', exact: true });
  await field.waitFor({ state: 'attached' });
  t.match(await field.getAttribute('aria-description'), 'Press Esc, then Tab to leave the terminal.');
  for (const [name, value] of Object.entries({
    autocapitalize: 'off',
    autocorrect: 'off',
    spellcheck: 'false',
  }))
    t.equal(await field.getAttribute(name), value);
});

await test('in screen reader mode output is announced and can be read line by line', async (t) => {
  t.equal(await announced.count(), 0);
  await lab.button('Terminal settings').click();
  await page.getByLabel('Screen reader mode').check();
  await readable(t, page);
  await page.keyboard.press('Escape');
  await lab.type('clear; echo "made $((6 * 7))"');
  await announced.filter({ hasText: 'made 42' }).waitFor({ state: 'attached' });
  await terminal
    .getByRole('listitem')
    .filter({ hasText: /^made 42$/ })
    .waitFor();
  t.match(await terminal.ariaSnapshot(), /listitem.*: made 42/);

  await lab.type('seq 1 100');
  await announced.filter({ hasText: 'Too much output to announce' }).waitFor({ state: 'attached' });
});

await test('the mode is stored, and turning it off applies to all terminals', async (t) => {
  await page.reload();
  await lab.prompt();
  await announced.waitFor({ state: 'attached' });
  await lab.type('echo "after $((6 * 8))"');
  await announced.filter({ hasText: 'after 48' }).waitFor({ state: 'attached' });
  await lab.button('Terminal settings').click();
  await page.getByLabel('Screen reader mode').uncheck();
  await page.keyboard.press('Escape');
  await announced.waitFor({ state: 'detached' });
  t.equal(await page.evaluate("localStorage.getItem('berth-screen-reader')"), 'off');
});

await test('a keyboard user sees how to leave the terminal, even in a narrow window, and can leave both ways', async (t) => {
  const hint = page.getByText('Press Esc, then Tab to leave the terminal', { exact: true });
  await page.setViewportSize({ width: 390, height: 844 });
  await lab.type('clear');
  t.notOk(await hint.isVisible(), 'hidden after a click');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+Tab');
  t.equal(await page.evaluate('document.activeElement.textContent'), 'Terminal settings');
  await page.keyboard.press('Tab');
  t.match(await focused(), /xterm/);
  t.ok(await hint.isVisible());
  t.same(await illegible(page), []);
  await page.keyboard.press('Tab');
  t.match(await focused(), /xterm/, 'Tab alone is for the shell');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  t.notMatch(await focused(), /xterm/);
  await page.keyboard.press('Shift+Tab');
  t.match(await focused(), /xterm/);
  await page.setViewportSize({ width: 1440, height: 900 });
});

await test('Space goes to the shell after a dialog, and scrolls nothing', async (t) => {
  await lab.button('End').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Keep working' }).click();
  await lab.type('clear; echo   spaced');
  await lab.shows(/spaced *learner/);
  t.equal(await page.evaluate('document.scrollingElement.scrollTop'), 0);
  const longer = 'document.scrollingElement.scrollHeight - innerHeight';
  t.equal(await page.evaluate(longer), 0, 'the page fits its window');
});

await test('tabs keep their numbers when the page is reloaded', async (t) => {
  await lab.type('mine=first');
  await lab.openAnother();
  await page.keyboard.type('mine=second\n');
  const ended = page.waitForResponse(
    (response) => !!response.request().postData()?.includes('closeTerminal'),
  );
  await lab.button('Close terminal 1').click();
  await lab.shows('mine=second');
  await ended;
  await page.reload();
  await lab.shows('mine=second');
  t.equal(await lab.button('Terminal 1').count(), 0);
  await lab.button('Terminal 2').waitFor();
  await lab.button('+ Open another terminal').click();
  await lab.button('Terminal 1').waitFor();
});

await test('a watcher’s terminal is described as read-only, and Tab alone leaves it', async (t) => {
  const theirs = await browser.open();
  await signIn(theirs, await linkFor(berth, { name: 'Iris', role: 'INSTRUCTOR' }));
  await theirs.goto(`${berth.url}/staff`);
  await theirs.getByRole('link', { name: 'Watch the session of Ada' }).click();
  const field = theirs.locator('.xterm textarea');
  await field.waitFor({ state: 'attached' });
  t.match(await field.getAttribute('aria-description'), 'Press Tab to leave it');
  await field.focus();
  await theirs.keyboard.press('Tab');
  t.notMatch(await focused(theirs), /xterm/);
  await theirs.keyboard.press('Shift+Tab');
  t.match(await focused(theirs), /xterm/);
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
