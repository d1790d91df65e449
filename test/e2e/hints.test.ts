import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labsFolder } from '../kit/labs/lab-folders.ts';
import { openLab, printedLink, signIn } from './lab-page.ts';
import { readable } from './legibility.ts';

const LAB = `title: Hints
machines: [{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l] }]
steps:
  - id: guess
    title: Guess
    instructions: Make the right file.
    check: { file: { path: ~/right } }
    hints:
      - It is in *your home*.
      - { text: It is called right., after: 1, cost: 25% }
`;

const labs = await labsFolder(t, { hints: { 'lab.yaml': LAB } });
const berth = await startBerth(t, { BERTH_LABS_DIR: labs });
const browser = await startBrowser(t);
const page = await browser.open();
await signIn(page, printedLink(berth));
const lab = await openLab(page, berth, 'hints');
const hints = page.getByRole('region', { name: 'Hints' });
const costly = hints.getByRole('button', { name: 'Show hint 2 (−25 %)' });
const dialog = page.getByRole('dialog', { name: 'Show the hint?' });

await test('a free hint is shown immediately', async (t) => {
  t.ok(await hints.getByRole('button', { name: 'Show hint 1' }).isDisabled(), 'not before the start');
  await lab.start();
  await hints.getByRole('button', { name: 'Show hint 1' }).click();
  await hints.getByText('It is in your home.').waitFor();
});

await test('a hint that requires failures says so, and can be requested after them', async () => {
  await hints.getByText('Hint 2 is available after 1 more failed attempt.').waitFor();
  await lab.check('Guess', '~/right does not exist.');
  await costly.waitFor();
});

await test('its cost is shown before the hint', async (t) => {
  await costly.click();
  await dialog.getByText('It lowers your score for this step by 25 %.').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  t.equal(await hints.getByText('It is called right.').count(), 0);
  await costly.click();
  await dialog.getByRole('button', { name: 'Show hint', exact: true }).click();
  await hints.getByText('It is called right.').waitFor();
  await readable(t, page);
});

await test('shown hints stay after a reload, and disappear once the step is passed', async () => {
  await page.reload();
  await lab.prompt();
  await hints.getByText('It is called right.').waitFor();
  await lab.type('touch right; echo "made $((1 + 1))"');
  await lab.shows('made 2');
  await page.locator('article').getByRole('button', { name: 'Check' }).click();
  await page.locator('article').getByText('✓ passed').waitFor();
  await hints.waitFor({ state: 'detached' });
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
