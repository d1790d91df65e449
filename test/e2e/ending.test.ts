import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labsFolder } from '../kit/labs/lab-folders.ts';
import { illegible } from './legibility.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

const MACHINE = 'machines: [{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l] }]';
const labs = await labsFolder(t, {
  practice: { 'lab.yaml': `title: Practice\n${MACHINE}\n` },
  exam: { 'lab.yaml': `title: Exam\nsave: false\n${MACHINE}\n` },
});
const berth = await startBerth(t, { BERTH_LABS_DIR: labs });
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
const dialog = page.getByRole('dialog', { name: 'End the session?' });
const focused = () => page.evaluate('document.activeElement.textContent');
await signIn(page, printedLink(berth));

await test('ending asks first, lists what is deleted and names the alternative', async (t) => {
  await openLab(page, berth, 'practice');
  await lab.start();
  await lab.type('echo "still h""ere"');
  await lab.shows('still here');
  await lab.button('End').focus();
  await page.keyboard.press('Enter');
  await dialog.waitFor();
  t.match(await dialog.textContent(), /Everything in your machine will be deleted\./);
  t.match(await dialog.textContent(), /choose Save instead of End/);
  t.equal(await focused(), 'Keep working', 'Enter deletes nothing');
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    t.same(await illegible(page), []);
  }
});

await test('Escape ends nothing, and returns the focus', async (t) => {
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  t.equal(await focused(), 'End');
  await lab.shows('still here');
});

await test('confirming ends the session', async (t) => {
  await lab.end();
  await lab.machine.getByText('Your session has ended.').waitFor();
  t.equal(await dialog.count(), 0);
});

await test('if nothing can be saved, Save and its description are missing', async (t) => {
  await openLab(page, berth, 'exam');
  await lab.start();
  t.equal(await lab.button('Save').count(), 0);
  await lab.button('End').click();
  await dialog.waitFor();
  t.notMatch(await dialog.textContent(), /save/i);
  await dialog.getByRole('button', { name: 'Keep working' }).click();
  await dialog.waitFor({ state: 'detached' });
  t.same(browser.complaints(), []);
});
