import type { Page } from 'playwright-core';
import t, { test } from 'tap';
import type { Test } from 'tap';
import { startBerth } from '../support/berth-process.ts';
import { startBrowser } from '../support/browser.ts';
import { FIRST_STEP, openLab, printedLink, signIn } from './lab-page.ts';
import { illegible } from './legibility.ts';

const WINDOWS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

const berth = await startBerth(t);
const browser = await startBrowser(t);
const page = await browser.open();

await test('the pages before signing in can be read', async (t) => {
  await page.goto(berth.url);
  await page.getByRole('heading', { name: 'Welcome to Berth' }).waitFor();
  await readable(t, page);
  await page.goto(printedLink(berth));
  await readable(t, page);
});

await test('the catalogue can be read', async (t) => {
  await signIn(page, printedLink(berth));
  await page.getByText('0 of 3 steps passed').waitFor();
  await readable(t, page);
});

await test('a lab can be read before its start, with a terminal, and after its end', async (t) => {
  const lab = await openLab(page, berth);
  await lab.button('Start the lab').waitFor();
  await readable(t, page);

  await lab.start();
  await lab.check(FIRST_STEP, 'There is no folder ~/workshop yet');
  await lab.type('exit');
  await lab.machine.getByText('The shell ended.').waitFor();
  await readable(t, page);

  await lab.end();
  await lab.machine.getByText('Your session has ended.').waitFor();
  await readable(t, page);
});

/** In both colour schemes, in a wide window and on a phone. */
async function readable(t: Test, page: Page) {
  for (const viewport of WINDOWS) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      t.same(await illegible(page), [], `${colorScheme}, ${viewport.width} wide, ${await page.title()}`);
    }
  }
}
