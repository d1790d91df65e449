import { readFile } from 'node:fs/promises';
import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { FIRST_STEP, labPage, openLab, printedLink, signIn } from './lab-page.ts';

const berth = await startBerth(t);
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);

await test('the printed link signs the admin in and leads to the catalogue', async (t) => {
  await signIn(page, printedLink(berth));
  t.equal(page.url(), `${berth.url}/`);
  const card = page.getByRole('link', { name: 'The Linux command line' });
  t.match(await card.textContent(), /0 of 3 steps passed/);
  await card.click();
  await lab.title.waitFor();
  t.equal(page.url(), `${berth.url}/labs/linux-command-line`);
  t.equal(await page.title(), 'The Linux command line · Berth');
});

await test('before the start, nothing can be checked or run', async (t) => {
  t.ok(await lab.step(FIRST_STEP).getByRole('button', { name: 'Check' }).isDisabled());
  t.equal(await page.getByRole('button', { name: 'Run' }).count(), 0);
});

await test('a start shows its progress, and ends with a prompt', async (t) => {
  await lab.button('Start the lab').click();
  await lab.machine.getByRole('progressbar').waitFor();
  await lab.prompt();
  await lab.machine.getByText('30 min left').waitFor();
  t.equal(await lab.machine.getByRole('progressbar').count(), 0);
});

await test('typing reaches the shell without a click', async () => {
  await page.keyboard.type('echo "answer: $((40 + 2))"\n');
  await lab.shows('answer: 42');
});

await test('Run types a block into the terminal, line by line', async () => {
  const block = lab.step(FIRST_STEP).locator('.command', { hasText: 'cd /usr/bin' });
  await block.getByRole('button', { name: 'Run' }).click();
  await lab.shows(/cd \/usr\/bin.*\$ pwd.*\/usr\/bin.*\$ cd \.\..*\$ pwd.*\/usr.*\$ cd/);
});

await test('a failed check says what is missing, and a passed one counts', async (t) => {
  const step = lab.step(FIRST_STEP);
  await lab.check(FIRST_STEP, 'There is no folder ~/workshop yet: create it with "mkdir".');
  t.equal(await step.getByText('✓ passed').count(), 0);

  const solution = new URL('../../labs/linux-command-line/solutions/01-find-your-way.sh', import.meta.url);
  for (const line of (await readFile(solution, 'utf8')).trim().split('\n')) await lab.type(line);
  await lab.type('tree workshop');
  await lab.shows('3 directories, 1 file');
  await lab.check(FIRST_STEP, 'Well done: you can find your way around now.');
  await step.getByText('✓ passed').waitFor();
  await page.getByText('1 of 3 steps passed').waitFor();
});

await test('progress and session survive a reload', async (t) => {
  await page.reload();
  await lab.prompt();
  await page.getByText('1 of 3 steps passed').waitFor();
  await lab.step(FIRST_STEP).getByText('✓ passed').waitFor();
  await lab.type('cat workshop/notes/os-release');
  await lab.shows('PRETTY_NAME');
  await page.goto(berth.url);
  const card = page.getByRole('link', { name: 'The Linux command line' });
  await card.getByText('1 of 3 steps passed').waitFor();
  t.pass();
});

await test('the learner ends the session, and starts another', async () => {
  await openLab(page, berth);
  await lab.end();
  await lab.machine.getByText('Your session has ended.').waitFor();
  await lab.button('Start again').click();
  await lab.prompt();
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
