import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labsFolder } from '../kit/labs/lab-folders.ts';
import { labPage, openLab, signIn } from './lab-page.ts';
import { readable } from './legibility.ts';
import { linkFor, tokenFor } from './people.ts';

const labOf = (title: string) => ({
  'lab.yaml': `title: ${title}
machines: [{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l], memory: 64 MiB }]
steps:
  - id: note
    title: Write a note
    instructions: Put it into your home folder.
    start: { script: echo prepared > ~/prepared }
    poll: 2
    check: { file: { path: ~/note } }
    hints: [Redirect what echo prints.]
`,
});
const labs = await labsFolder(t, { files: labOf('Files'), pipes: labOf('Pipes') });
// Capacity for four machines. Further sessions wait.
const berth = await startBerth(t, {
  BERTH_LABS_DIR: labs,
  BERTH_MEMORY_BUDGET: '260 MiB',
  BERTH_SESSION_LIMIT: '2',
});
t.teardown(endAll);
const browser = await startBrowser(t);

const learnerPage = await browser.open();
await signIn(learnerPage, await linkFor(berth, { name: 'Ada' }));
const ada = labPage(learnerPage);
const page = await browser.open();
await signIn(page, await linkFor(berth, { name: 'Iris', role: 'INSTRUCTOR' }));
const rows = page.locator('tbody tr');
const row = (text: string | RegExp) => rows.filter({ hasText: text });
const picked = (name: string) => page.getByLabel('Learner').and(page.locator(`[value="${name}"]`));
const fork = (name: string) => page.getByRole('button', { name: `Fork the ${name}` });

await test('a student has no link to the staff page and gets no access to it', async (t) => {
  t.equal(await learnerPage.getByRole('link', { name: 'Learners' }).count(), 0);
  await learnerPage.goto(`${berth.url}/staff`);
  await learnerPage.getByRole('heading', { name: 'This page is for staff' }).waitFor();
  t.equal(await learnerPage.getByRole('table').count(), 0);
  await learnerPage.getByRole('link', { name: 'See all labs' }).click();
  await learnerPage.getByRole('heading', { name: 'Labs', exact: true }).waitFor();
});

await test('an instructor sees a new session and its changes without reloading', async () => {
  await page.getByRole('link', { name: 'Learners' }).click();
  await page.getByText('No sessions are running.').waitFor();
  await openLab(learnerPage, berth, 'files');
  await ada.start();
  await row(/Ada.*Files.*Running.*\d+ min/).waitFor();
});

await test('the list can be filtered by lab and learner, and the address contains the filter', async (t) => {
  const token = await tokenFor(berth, { name: 'Grace' });
  await berth.graphql('mutation { startSession(input: { lab: "pipes" }) { session { id } } }', {}, token);
  await row(/Grace.*Pipes.*Running/).waitFor();
  await readable(t, page);

  await page.getByLabel('Lab').selectOption('Files');
  await row('Grace').waitFor({ state: 'detached' });
  await row('Ada').waitFor();
  await page.reload();
  await row('Ada').waitFor();
  t.equal(await rows.count(), 1);
  await page.getByLabel('Lab').selectOption('All labs');
  await row('Grace').waitFor();

  await page.getByLabel('Learner').fill('Grac');
  await page.locator('datalist option').waitFor({ state: 'attached' });
  await page.keyboard.press('Enter');
  await row('Ada').waitFor({ state: 'detached' });
  await picked('Grace').waitFor();
  await page.getByLabel('Learner').fill('');
  await row('Ada').getByRole('button', { name: 'Ada', exact: true }).click();
  await row('Grace').waitFor({ state: 'detached' });
  await picked('Ada').waitFor();
  await page.getByLabel('Learner').fill('');
  await row('Grace').waitFor();
});

await test('a fork opens as the instructor’s own session, and the learner’s session continues', async () => {
  await ada.type('echo "made $((6 * 7))" > note; cat note');
  await ada.shows('made 42');
  await fork('session of Ada').click();
  const copy = labPage(page);
  await copy.title.filter({ hasText: 'Files' }).waitFor();
  await copy.prompt();
  await copy.machine
    .getByText('This is a copy of Ada’s session. Nothing you do here counts as progress.')
    .waitFor();
  await copy.type('cat note; echo mine > note');
  await copy.shows(/made 42/);
  await ada.type('clear; cat note');
  await ada.shows(/made 42/);
});

await test('the list contains the copy and links to its lab page', async () => {
  await page.getByRole('link', { name: 'Learners' }).click();
  await row(/Iris · copy of Ada’s.*Running/)
    .getByRole('link', { name: 'Open' })
    .click();
  const copy = labPage(page);
  await copy.prompt();
  await copy.type('clear; cat note');
  await copy.shows(/mine/);
});

await test('a copy has no automatic checks, and its hints cost nothing', async (t) => {
  const note = labPage(page).step('Write a note');
  await labPage(page).check('Write a note', '✓');
  await page.getByText('0 of 1 steps passed').waitFor();
  t.equal(await note.getByText('This step is checked automatically.').count(), 0);
  await note.getByText('In a copy, hints are free and available immediately').waitFor();
  await note.getByRole('button', { name: 'Show hint 1', exact: true }).click();
  await note
    .getByRole('region', { name: 'Hints' })
    .getByRole('listitem')
    .filter({ hasText: 'Redirect what echo prints.' })
    .waitFor();
  t.equal(await page.getByRole('alert').count(), 0);
});

await test('saved work is listed and can be forked', async (t) => {
  await ada.button('Save').click();
  await ada.machine.getByText('Your work is saved.').waitFor();
  await page.getByRole('link', { name: 'Learners' }).click();
  await page.getByRole('button', { name: 'Saved' }).click();
  await row(/^AdaFiles\d+ \w+ \d{4}.*(bytes|[KM]iB)/).waitFor();
  await readable(t, page);
  await fork('saved work of Ada').click();
  const copy = labPage(page);
  await copy.prompt();
  await copy.type('cat note');
  await copy.shows(/made 42/);
});

await test('a rejected action shows the reason', async () => {
  await page.goto(`${berth.url}/staff?show=saved`);
  await fork('saved work of Ada').click();
  await page.getByRole('alert').filter({ hasText: 'You already have 2 sessions' }).waitFor();
});

await test('ending asks for confirmation, and the learner is notified', async (t) => {
  await ada.button('Resume').click();
  await ada.prompt();
  await page.goto(`${berth.url}/staff`);
  const end = page.getByRole('button', { name: 'End the session of Ada' });
  const dialog = page.getByRole('dialog', { name: 'End the session of Ada?' });
  await end.click();
  t.match(await dialog.textContent(), /Everything in its machines and the saved work will be deleted/);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await row(/^Ada.*Running/).waitFor();

  await end.click();
  await dialog.getByRole('button', { name: 'End session' }).click();
  await row(/^Ada/).waitFor({ state: 'detached' });
  await ada.machine.getByText('Your session has ended.').waitFor();
});

await test('a long list has pages', async (t) => {
  for (let number = 1; number <= 20; number += 1) {
    const token = await tokenFor(berth, { name: `Learner ${number}` });
    await berth.graphql('mutation { startSession(input: { lab: "pipes" }) { session { id } } }', {}, token);
  }
  await row('Learner 20').waitFor();
  await row(/Waiting · number \d+/)
    .first()
    .waitFor();
  t.equal(await rows.count(), 20);
  await page.getByRole('button', { name: 'Older' }).click();
  await row('Grace').waitFor();
  await row('Learner 20').waitFor({ state: 'detached' });
  t.ok(await page.getByRole('button', { name: 'Older' }).isDisabled());
  await page.getByRole('button', { name: 'Newer' }).click();
  await row('Learner 20').waitFor();
  t.ok(await page.getByRole('button', { name: 'Newer' }).isDisabled());
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});

/** Ends sessions that learners of this test left running, whose credentials the test does not have. */
async function endAll() {
  for (;;) {
    const { sessions } = await berth.graphql<{ sessions: { edges: { node: { id: string } }[] } }>(
      '{ sessions(first: 50, states: [QUEUED, PROVISIONING, READY]) { edges { node { id } } } }',
    );
    if (sessions.edges.length === 0) return;
    for (const { node } of sessions.edges) {
      await berth.graphql('mutation ($s: ID!) { stopSession(input: { session: $s }) { session { id } } }', {
        s: node.id,
      });
    }
  }
}
