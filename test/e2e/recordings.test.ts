import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { bundledLab } from '../kit/labs/lab-folders.ts';
import { parseCast } from '../kit/terminals/recordings.ts';
import { until } from '../kit/basics/until.ts';
import { openLab, signIn } from './lab-page.ts';
import { readable } from './legibility.ts';
import { linkFor } from './people.ts';

const labs = await bundledLab(t);
await appendFile(join(labs, 'linux-command-line', 'lab.yaml'), '\nrecording: input\n');
const berth = await startBerth(t, { BERTH_LABS_DIR: labs });
const browser = await startBrowser(t);
const learnerPage = await browser.open();
await signIn(learnerPage, await linkFor(berth, { name: 'Ada' }));
const page = await browser.open();
await signIn(page, await linkFor(berth, { name: 'Iris', role: 'INSTRUCTOR' }));
const other = await browser.open();
await signIn(other, await linkFor(berth, { name: 'Bob' }));

await test('a learner reads that they are recorded, and what, before they start and while they work', async (t) => {
  const ada = await openLab(learnerPage, berth);
  await ada.machine.getByText('every key you press, including passwords').waitFor();
  await readable(t, learnerPage);
  await ada.start();
  await ada.machine
    .getByRole('status')
    .filter({ hasText: 'Recording: terminal output and every key press' })
    .waitFor();
  await ada.type('echo "made $((6 * 7))"');
  await ada.shows('made 42');
});

await test('an instructor sees this too, and finds the recording by the session', async (t) => {
  await page.goto(`${berth.url}/staff`);
  await page.getByRole('link', { name: 'Watch the session of Ada' }).click();
  await page.getByText('Recording: terminal output and every key press').waitFor();
  const play = page.getByRole('link', { name: /Play the recording of Ada/ });
  await play.waitFor();
  await readable(t, page);
  await play.click();
  await page.getByText('The terminal is still open').waitFor();
});

await test('it can be played from any position, and downloaded', async (t) => {
  const ada = await openLab(learnerPage, berth);
  await ada.prompt();
  await ada.type('sleep 5; printf "\\177"; exit');
  await ada.machine.getByText('The shell ended.').waitFor();
  await until(async () => {
    await page.reload();
    await page.getByRole('button', { name: 'Play the recording' }).waitFor();
    return (await page.getByText('The terminal is still open').count()) === 0;
  });
  const screen = page.locator('.player .xterm-rows');
  const place = page.getByLabel('Position in the recording');
  await page.getByLabel('Speed').selectOption('8');
  await page.getByRole('button', { name: 'Play the recording' }).click();
  await screen.filter({ hasText: 'made 42' }).waitFor();
  await screen.filter({ hasText: 'logout' }).waitFor();
  await page.getByText('echo "made $((6 * 7))"⏎').waitFor();
  await readable(t, page);

  await place.focus();
  await page.keyboard.press('Home');
  await screen.filter({ hasText: 'made 42' }).waitFor({ state: 'detached' });
  await page.keyboard.press('End');
  await screen.filter({ hasText: 'logout' }).waitFor();

  // The same position is later if pauses keep their length.
  const shortened = Number(await place.inputValue());
  await page.getByLabel('Shorten pauses').uncheck();
  await until(async () => Number(await place.inputValue()) >= shortened + 2);
  await screen.filter({ hasText: 'logout' }).waitFor();
  await page.getByLabel('Shorten pauses').check();

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ]);
  t.match(download.suggestedFilename(), /^linux-command-line-main-.*\.cast$/);
  const cast = parseCast(await readFile(await download.path(), 'utf8'));
  t.match(cast.input, 'echo "made $((6 * 7))"\rsleep 5; printf "\\177"; exit\r');
  t.match(cast.output, 'made 42');
});

await test('the learner can play their own recording, and another student finds nothing', async () => {
  await learnerPage.goto(`${berth.url}/recordings`);
  await learnerPage
    .getByRole('link', { name: /Play the recording of Ada/ })
    .first()
    .click();
  await learnerPage.getByRole('button', { name: 'Play the recording' }).waitFor();
  await other.goto(learnerPage.url());
  await other.getByRole('heading', { name: 'Page not found' }).waitFor();
  await other.goto(`${berth.url}/recordings`);
  await other.getByText('No recordings yet.').waitFor();
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
