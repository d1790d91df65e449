import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labsFolder } from '../kit/labs/lab-folders.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

/** Machines are measured every ten seconds on a quiet disk. */
const MEASURED = { timeout: 120_000 };
const MACHINE = '{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l], disk: 16 MiB }';
const labs = await labsFolder(t, {
  little: { 'lab.yaml': `title: Little\nmachines: [${MACHINE}]\n` },
  much: { 'lab.yaml': `title: Much\nmachines: [${MACHINE}]\n` },
});
const berth = await startBerth(t, { BERTH_LABS_DIR: labs });
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
await signIn(page, printedLink(berth));

/** Writes this many mebibytes in files of 8, because one file cannot pass the disk limit. */
const write = (mib: number) =>
  `for n in $(seq ${mib / 8}); do head -c 8M /dev/urandom > part$n; done; echo "written $((6 * 7))"`;

await test('a learner is warned before the disk is full, and after it is full resumes from the saved work', async (t) => {
  await openLab(page, berth, 'little');
  await lab.start();
  await lab.type('echo "made $((6 * 7))" > note; cat note');
  await lab.shows('made 42');
  await lab.button('Save').click();
  await lab.machine.getByText('Your work is saved.').waitFor();
  await lab.button('Resume').click();
  await lab.prompt();
  await lab.type('head -c 15M /dev/urandom > much; echo "nearly $((6 * 7))"');
  await lab.shows('nearly 42');
  await lab.machine.getByRole('alert').getByText('Your machine’s disk is nearly full.').waitFor(MEASURED);
  t.match(await lab.machine.textContent(), /used 9\d % .* Above 100 %, your session ends/);
  await lab.type(write(24));
  await lab.machine.getByText('Could not save your work since the last save.').waitFor(MEASURED);
  t.match(await lab.machine.textContent(), /was \d\d(\.\d)? MiB, and the limit is 16 MiB/);
  await lab.button('Resume').click();
  await lab.prompt();
  await lab.type('clear; cat note');
  await lab.shows('made 42');
});

await test('without saved work the learner sees the reason and what was deleted', async (t) => {
  await openLab(page, berth, 'much');
  await lab.start();
  await lab.type(write(48));
  await lab.machine.getByText('Your session has ended.').waitFor(MEASURED);
  const text = await lab.machine.textContent();
  t.match(text, /was \d\d(\.\d)? MiB, and the limit is 16 MiB/);
  t.match(
    text,
    /Could not save your work\. The session could not be saved because it holds \d\d(\.\d)? MiB, and the limit is 16 MiB/,
  );
  t.match(text, /The files in its machine are deleted/);
  t.same(browser.complaints(), []);
});
