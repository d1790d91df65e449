import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { FIRST_STEP, openLab, printedLink, signIn } from './lab-page.ts';
import { readable } from './legibility.ts';

const berth = await startBerth(t);
const browser = await startBrowser(t);
const page = await browser.open();

await test('the pages before signing in are legible', async (t) => {
  await page.goto(berth.url);
  await page.getByRole('heading', { name: 'Welcome to Berth' }).waitFor();
  await readable(t, page);
  await page.goto(printedLink(berth));
  await readable(t, page);
});

await test('the catalogue is legible', async (t) => {
  await signIn(page, printedLink(berth));
  await page.getByRole('link', { name: 'The Linux command line' }).waitFor();
  await readable(t, page);
});

await test('a lab is legible before its start, with a terminal, and after its end', async (t) => {
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
