import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labsFolder } from '../kit/labs/lab-folders.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

const labOf = (title: string) => ({
  'lab.yaml': `title: ${title}
machines: [{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l], memory: 64 MiB }]
`,
});

const labs = await labsFolder(t, { first: labOf('First'), second: labOf('Second') });
// Capacity for one of the two.
const berth = await startBerth(t, { BERTH_LABS_DIR: labs, BERTH_MEMORY_BUDGET: '100 MiB' });
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
await signIn(page, printedLink(berth));

await test('a queued start shows its position, the reason and the estimated wait', async (t) => {
  await openLab(page, berth, 'first');
  await lab.start();
  await openLab(page, berth, 'second');
  await lab.button('Start the lab').click();
  await lab.machine.getByRole('status').filter({ hasText: 'Waiting in the queue' }).waitFor();
  const waiting = lab.machine.getByRole('status').filter({ hasText: 'You are number 1 of 1 in the queue.' });
  await waiting.waitFor();
  t.match(await waiting.textContent(), /All memory for sessions is in use\./);
  t.match(await waiting.textContent(), /It should take about \d+ minutes\./);
});

await test('a queued session starts automatically once there is capacity', async (t) => {
  const other = await page.context().newPage();
  await openLab(other, berth, 'first');
  await labPage(other).end();
  await lab.prompt();
  t.equal(await lab.machine.getByText('in the queue').count(), 0);
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
