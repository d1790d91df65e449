import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { until } from '../kit/basics/until.ts';
import { labPage, openLab, signIn } from './lab-page.ts';
import { readable } from './legibility.ts';
import { linkFor } from './people.ts';

const berth = await startBerth(t);
const browser = await startBrowser(t);
const page = await browser.open();
await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
const lab = labPage(page);
await signIn(page, await linkFor(berth, { name: 'Ada' }));
await openLab(page, berth);
await lab.start();

const asked = lab.machine.getByText('A program wants to copy this to your clipboard');
const answer = (name: string) => lab.machine.getByRole('button', { name, exact: true });
const clipboard = () => page.evaluate<string>('navigator.clipboard.readText()');
const empty = () => page.evaluate("navigator.clipboard.writeText('as it was')");
const lastWrite = () => page.evaluate<string>('window.writes.at(-1)');
const focused = () => page.evaluate<string>('document.activeElement.className');

/** A command that asks for the clipboard by OSC 52, without its text in the command itself. */
const copy = (text: string) => `printf '\\e]52;c;%s\\a' ${Buffer.from(text).toString('base64')}`;

let runs = 0;

/** Runs it, and waits until the screen shows all output before its end. */
async function run(command: string): Promise<void> {
  runs += 1;
  await lab.type(`clear; ${command}; echo "done $((1000 + ${runs}))"`);
  await lab.shows(`done ${1000 + runs}`);
}

async function chooseRule(rule: string): Promise<void> {
  await lab.button('Terminal settings').click();
  await page.getByLabel('When a program wants to copy').selectOption({ label: rule });
  await page.keyboard.press('Escape');
}

await test('a program’s clipboard request asks the user, and the shell keeps the focus', async (t) => {
  await empty();
  await run(copy('from the shell, 한글'));
  await asked.filter({ hasText: '“from the shell, 한글”' }).waitFor();
  t.match(await focused(), /xterm/);
  t.equal(await clipboard(), 'as it was');
  await readable(t, page);

  await run(copy('another one'));
  t.notMatch(await asked.textContent(), 'another one', 'the user allows exactly the text that was shown');
  await answer('Copy').click();
  await asked.waitFor({ state: 'detached' });
  t.equal(await clipboard(), 'from the shell, 한글');
});

await test('keyboard users answer after Escape, Tab', async (t) => {
  await page.waitForTimeout(1_100);
  await run(copy('by keys'));
  await asked.waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  t.equal(await page.evaluate('document.activeElement.textContent'), 'Block in this session');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await asked.waitFor({ state: 'detached' });
  t.equal(await clipboard(), 'by keys');
});

await test('invisible characters are shown, and control characters are not copied', async (t) => {
  await page.waitForTimeout(1_100);
  await run(copy('rm\u202e \u200b-rf\u0007\u001b[201~\n'));
  t.match(await asked.textContent(), '“rm· ·-rf[201~·”');
  await answer('Copy').click();
  t.equal(await clipboard(), 'rm\u202e \u200b-rf[201~\n');
});

await test('programs cannot read the clipboard, and invalid requests are ignored', async (t) => {
  await page.waitForTimeout(1_100);
  await run('printf \'\\e]52;c;?\\a\\e]52;;?\\a\'; read -rsn 1 -t 1 answer; echo "[${answer}]"');
  await lab.shows('[]');
  await run("printf '\\e]52;c;!!!\\a\\e]52;c;\\a\\e]52;p;QUJD\\a\\e]52;c;/w==\\a\\e]52\\a'");
  await run("printf '\\e]52;c;'; head -c 1200000 /dev/zero | tr '\\0' A; printf '\\a'");
  t.equal(await asked.count(), 0, 'a request that is too long is ignored, too');
});

await test('many requests ask one question and, once allowed, write at most once a second', async (t) => {
  const flood = `for i in $(seq 1 3000); do ${copy('a')}; done; ${copy('the last one')}`;
  await run(flood);
  t.equal(await asked.count(), 1);
  await answer('Allow in this session').click();
  await page.evaluate(`
    window.writes = [];
    window.times = [];
    const write = navigator.clipboard.writeText.bind(navigator.clipboard);
    navigator.clipboard.writeText = (text) => (times.push(performance.now()), writes.push(text), write(text))`);
  await page.waitForTimeout(1_100);
  await run(flood);
  await until(async () => (await lastWrite()) === 'the last one');
  const times = await page.evaluate<number[]>('times');
  // None is early. The one-second interval starts just before a write. Half of it is enough, in case the page was slow.
  t.ok(
    times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) > 500),
    `at ${times.join()} ms`,
  );
  t.equal(await clipboard(), 'the last one');
  t.equal(await asked.count(), 0);
});

await test('a reloaded page does not copy from old output again', async (t) => {
  await run(copy('long ago'));
  await until(async () => (await lastWrite()) === 'long ago');
  await empty();
  await page.reload();
  await lab.shows(`done ${1000 + runs}`);
  await lab.type('echo "here $((6 * 8))"');
  await lab.shows('here 48');
  t.equal(await asked.count(), 0);
  t.equal(await clipboard(), 'as it was');
});

await test('a blocked program does not ask again until the setting changes', async (t) => {
  await run(copy('first'));
  await answer('Block in this session').click();
  await page.waitForTimeout(1_100);
  await run(copy('second'));
  t.equal(await asked.count(), 0);
  await chooseRule('allow in this session');
  await run(copy('third'));
  await until(async () => (await clipboard()) === 'third');
});

await test('watchers and helpers get no question, and their clipboard does not change', async (t) => {
  const theirs = await browser.open();
  await theirs.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(theirs, await linkFor(berth, { name: 'Iris', role: 'INSTRUCTOR' }));
  await theirs.goto(`${berth.url}/staff`);
  await theirs.getByRole('link', { name: 'Watch the session of Ada' }).click();
  const screen = theirs.locator('.xterm-rows');
  await screen.filter({ hasText: `done ${1000 + runs}` }).waitFor();
  await theirs.getByLabel('Help by typing here').check();
  await lab.machine.getByText('Iris is helping').waitFor();
  await lab.type(`clear; ${copy('for Ada alone')}; echo "printed $((6 * 9))"`);
  await screen.filter({ hasText: 'printed 54' }).waitFor();
  t.equal(await theirs.getByText('A program wants').count(), 0);
  await theirs.close();
});

await test('links open after a question that shows where they lead, and no others are links', async (t) => {
  await run("printf '\\e]8;;javascript:alert(1)\\aevil\\e]8;;\\a \\e]8;;data:text/html,x\\adata\\e]8;;\\a'");
  const questions: string[] = [];
  page.on('dialog', (dialog) => {
    questions.push(dialog.message());
    void dialog.dismiss();
  });
  const row = lab.rows.first();
  await row.click({ position: { x: 12, y: 8 }, force: true });
  await row.click({ position: { x: 60, y: 8 }, force: true });
  t.same(questions, []);
  await run("printf '\\e]8;;http://exa\\u200bmple.test/\\u202ecod.exe\\asafe\\e]8;;\\a'");
  await row.click({ position: { x: 12, y: 8 }, force: true });
  await page.waitForTimeout(300);
  t.equal(questions.length, 1);
  t.match(questions[0], 'http://example.test/%E2%80%AEcod.exe');
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
