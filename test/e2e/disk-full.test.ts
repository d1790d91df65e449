import t, { test } from 'tap';
import { startBerth } from '../support/berth-process.ts';
import { startBrowser } from '../support/browser.ts';
import { labsFolder } from '../support/lab-folders.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

/** Machines are measured once in a minute. */
const MEASURED = { timeout: 180_000 };
const MACHINE = '{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l], disk: 16 MiB }';
const labs = await labsFolder(t, {
  little: { 'lab.yaml': `title: Little\nmachines: [${MACHINE}]\n` },
  much: { 'lab.yaml': `title: Much\nmachines: [${MACHINE}]\n` },
});
const berth = await startBerth(t, { BERTH_LABS_DIR: labs, BERTH_SAVE_LIMIT_BYTES: String(32 * 1024 ** 2) });
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
await signIn(page, printedLink(berth));

await test('a learner is warned, and where the machine writes too much all the same reads that, and goes on with the files', async (t) => {
  await openLab(page, berth, 'much');
  await lab.start();
  await lab.type('head -c 48M /dev/urandom > much; echo "written $((6 * 7))"');
  await lab.shows('written 42');
  await openLab(page, berth, 'little');
  await lab.start();
  await lab.type('head -c 15M /dev/urandom > much; echo "nearly $((6 * 7))"');
  await lab.shows('nearly 42');
  await lab.machine.getByRole('alert').getByText('Your machine’s disk is nearly full.').waitFor(MEASURED);
  t.match(await lab.machine.textContent(), /used 9\d % .* your session ends, and is saved where it can be/);
  await lab.type('head -c 20M /dev/urandom > much; echo "written $((6 * 7))"');
  await lab.shows('written 42');
  await lab.machine.getByText('Your work is saved.').waitFor(MEASURED);
  t.match(await lab.machine.textContent(), /had written 20(\.\d)? MiB, and may keep 16 MiB/);
  await lab.button('Resume').click();
  await lab.prompt();
  await lab.type('stat -c "%n has %s" much');
  await lab.shows(`much has ${20 * 1024 ** 2}`);
});

await test('where it can not be kept the learner reads why, and what is gone', async (t) => {
  await openLab(page, berth, 'much');
  await lab.machine.getByText('Your session has ended.').waitFor(MEASURED);
  const text = await lab.machine.textContent();
  t.match(text, /had written 48(\.\d)? MiB, and may keep 16 MiB/);
  t.match(text, /Your work could not be saved\. What you made is 4[89] MiB and at most 32 MiB are kept/);
  t.match(text, /what was in its machine is gone/);
  t.same(browser.complaints(), []);
});
