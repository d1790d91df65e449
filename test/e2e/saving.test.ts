import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

const berth = await startBerth(t);
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
const dialog = page.getByRole('dialog', { name: 'Start over?' });
const saved = lab.machine.getByRole('status').filter({ hasText: 'Your work is saved.' });
await signIn(page, printedLink(berth));
await openLab(page, berth);
await lab.start();

await test('saving shows its progress and saves the work', async (t) => {
  await lab.type('echo "made $((6 * 7))" > note; cat note');
  await lab.shows('made 42');
  await lab.button('Save').click();
  await lab.machine.getByRole('status').filter({ hasText: 'Saving your work' }).waitFor();
  await saved.waitFor();
  await lab.machine.getByText(/\d (bytes?|[KM]iB), kept until \d+ \w+ \d{4}\./).waitFor();
  t.equal(await lab.button('Start the lab').count(), 0);
});

await test('a page opened on another day shows that there is saved work to resume', async () => {
  await page.reload();
  await saved.waitFor();
});

await test('resuming shows the file that was made before', async () => {
  await lab.button('Resume').click();
  await lab.prompt();
  await page.keyboard.type('cat note\n');
  await lab.shows(/cat note *made 42/);
});

await test('ending warns that the saved work is deleted, too', async (t) => {
  await lab.button('End').click();
  const end = page.getByRole('dialog', { name: 'End the session?' });
  t.match(await end.textContent(), /in your machine and your saved work will be deleted\./);
  await end.getByRole('button', { name: 'Keep working' }).click();
  await end.waitFor({ state: 'detached' });
});

await test('starting over lists what is deleted, and changes nothing if canceled', async (t) => {
  await lab.button('Start over').click();
  t.match(await dialog.textContent(), /Everything in this one and your saved work will be deleted/);
  t.equal(await page.evaluate('document.activeElement.textContent'), 'Keep my work');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await lab.type('clear; cat note');
  await lab.shows(/made 42/);
});

await test('starting over gives a machine without the file', async (t) => {
  await lab.button('Start over').click();
  await dialog.getByRole('button', { name: 'Start over' }).click();
  await lab.machine.getByRole('progressbar').waitFor();
  await lab.prompt();
  await page.keyboard.type('ls note\n');
  await lab.shows(/No such file/);
  const { savedStates } = await berth.graphql<{ savedStates: { edges: unknown[] } }>(
    '{ savedStates { edges { node { id } } } }',
  );
  t.same(savedStates.edges, [], 'the saved work is deleted, too');
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
