import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labsFolder } from '../kit/labs/lab-folders.ts';
import { readable } from './legibility.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

const PAIR = `title: A pair
machines:
  - { name: web, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l], ports: [8080] }
  - { name: db, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l], ports: [8080] }
`;

const berth = await startBerth(t, { BERTH_LABS_DIR: await labsFolder(t, { pair: { 'lab.yaml': PAIR } }) });
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
const machines = page.getByRole('navigation', { name: 'Machines' });
const terminalsOn = (name: string) =>
  page.getByRole('navigation', { name: `Terminals on ${name}` }).getByRole('button', { name: /^Close/ });
const pick = (name: string) => machines.getByRole('button', { name, exact: true });
await signIn(page, printedLink(berth));
await openLab(page, berth, 'pair');

await test('the first machine is shown, and every machine is named', async (t) => {
  await lab.button('Start the lab').click();
  await lab.prompt('web');
  t.same(await machines.getByRole('button').allTextContents(), ['web', 'db']);
  t.equal(await pick('web').getAttribute('aria-pressed'), 'true');
  t.equal(await pick('db').getAttribute('aria-pressed'), 'false');
  await lab.button('Open Port 8080 on db').waitFor();
});

await test('each machine has its own terminals, and hidden ones keep running', async (t) => {
  await lab.type('mine=first; (sleep 1; echo "in the ba""ckground") &');
  await pick('db').click();
  await lab.prompt('db');
  t.equal(await pick('db').getAttribute('aria-pressed'), 'true');
  await lab.openAnother('db');
  await page.keyboard.type('echo "$HOSTNAME has ${mine:-nothing}"\n');
  await lab.shows('db has nothing');
  t.equal(await terminalsOn('db').count(), 2);

  await pick('web').click();
  await lab.shows('in the background');
  t.equal(await terminalsOn('web').count(), 1);
  await lab.type('echo "$HOSTNAME has ${mine:-nothing}"');
  await lab.shows('web has first');

  await pick('db').click();
  t.equal(await lab.button('Terminal 2').getAttribute('aria-pressed'), 'true', 'the tab shown before');
  await lab.shows('db has nothing');
});

await test('the file panel belongs to the visible machine', async (t) => {
  await lab.type('clear; touch made-on-db; echo "do""ne"');
  await lab.shows('done');
  await lab.button('Files').click();
  const files = page.getByRole('region', { name: 'Files on db' });
  await files.getByRole('link', { name: 'made-on-db' }).waitFor();

  await pick('web').click();
  t.equal(await lab.button('Files').getAttribute('aria-expanded'), 'false');
  t.notOk(await files.isVisible());
  await lab.button('Files').click();
  const others = page.getByRole('region', { name: 'Files on web' });
  await others.getByRole('list', { name: 'Files in /home/learner', exact: true }).waitFor();
  t.equal(await others.getByRole('link', { name: 'made-on-db' }).count(), 0);
  await lab.button('Files').click();
  t.notOk(await others.isVisible());

  await pick('db').click();
  t.equal(await lab.button('Files').getAttribute('aria-expanded'), 'true', 'it stays open on its machine');
  await lab.button('Files').click();
});

await test('a machine is chosen with the keyboard, which keeps the focus', async (t) => {
  const focused = () => page.evaluate('document.activeElement.textContent');
  await lab.button('Open Port 8080 on db').focus();
  await page.keyboard.press('Tab');
  t.equal(await focused(), 'web');
  await page.keyboard.press('Enter');
  await lab.shows('web has first');
  await page.keyboard.press('Tab');
  t.equal(await focused(), 'db');
  await page.keyboard.press('Space');
  await lab.shows('done');
  t.equal(await focused(), 'db');
});

await test('a restart creates a new shell in each open terminal', async () => {
  await lab.button('Restart').click();
  await lab.machine
    .locator('.workspace:not([hidden])')
    .filter({ hasText: 'done' })
    .waitFor({ state: 'detached' });
  await lab.prompt('db');
  await pick('web').click();
  await lab.prompt('web');
  await lab.type('echo "$HOSTNAME has ${mine:-nothing}"');
  await lab.shows('web has nothing');
});

await test('the machines are legible, also on a phone', async (t) => {
  await readable(t, page);
  t.same(browser.complaints(), []);
});
