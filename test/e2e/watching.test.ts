import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labPage, openLab, signIn } from './lab-page.ts';
import { readable } from './legibility.ts';
import { linkFor } from './people.ts';

const berth = await startBerth(t);
const browser = await startBrowser(t);
const learnerPage = await browser.open();
await signIn(learnerPage, await linkFor(berth, { name: 'Ada' }));
const ada = labPage(learnerPage);
await openLab(learnerPage, berth);
await ada.start();
await ada.type('echo "made $((6 * 7))"');
await ada.shows('made 42');

const page = await browser.open();
await signIn(page, await linkFor(berth, { name: 'Iris', role: 'INSTRUCTOR' }));
const screen = page.locator('.xterm-rows');
const helping = page.getByLabel('Help by typing here');

await test('an instructor watches a learner’s terminal, and the learner sees that', async (t) => {
  await page.goto(`${berth.url}/staff`);
  await page.getByRole('link', { name: 'Watch the session of Ada' }).click();
  await page.getByRole('heading', { name: 'Terminals of Ada' }).waitFor();
  await screen.filter({ hasText: 'made 42' }).waitFor();
  await ada.machine.getByText('Iris is watching.').waitFor();
  await readable(t, page);

  await ada.type('echo "and $((6 * 8))"');
  await screen.filter({ hasText: 'and 48' }).waitFor();
  await page.locator('.xterm').click();
  await page.keyboard.type('echo intrusion\n');
  await ada.type('echo "then $((6 * 9))"');
  await screen.filter({ hasText: 'then 54' }).waitFor();
  t.notMatch((await screen.textContent()) ?? '', /intrusion/);
});

await test('the watched terminal has the learner’s size, also after a resize', async (t) => {
  const rowsSeen = () => page.locator('.xterm-rows > div').count();
  t.equal(await rowsSeen(), await ada.rows.count());
  await learnerPage.setViewportSize({ width: 1100, height: 640 });
  await ada.type('stty size');
  await ada.shows(new RegExp(`${await ada.rows.count()} \\d+ *learner@`));
  await screen.filter({ hasText: `${await ada.rows.count()} ` }).waitFor();
  t.equal(await rowsSeen(), await ada.rows.count());
});

await test('a helper can type, and the learner sees who is typing', async () => {
  await helping.check();
  await ada.machine.getByText('Iris is helping and can type here.').waitFor();
  await screen.filter({ hasText: 'then 54' }).waitFor();
  await page.locator('.xterm').click();
  await page.keyboard.type('echo "helped $((7 * 7))"\n');
  await ada.machine.getByText('Iris is typing.').waitFor();
  await ada.shows('helped 49');
  await helping.uncheck();
  await ada.machine.getByText('Iris is watching.').waitFor();
});

await test('after the instructor leaves, the learner continues alone', async () => {
  await page.getByRole('link', { name: 'All learners' }).click();
  await ada.machine.getByText('Iris is').waitFor({ state: 'detached' });
  await ada.type('echo "alone $((8 * 8))"');
  await ada.shows('alone 64');
});

await test('a learner cannot open the page', async () => {
  await learnerPage.goto(`${berth.url}/staff/sessions/any`);
  await learnerPage.getByRole('heading', { name: 'Page not found' }).waitFor();
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
