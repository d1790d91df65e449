import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labsFolder } from '../kit/labs/lab-folders.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

const SHORT_LAB = `title: Short
machines: [{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l] }]
# Its learner is warned after 20 seconds, and has 20 more to put the end off.
lifetime: { idle: 0.7, total: 1, max: 20 }
`;
const LAB_WITHOUT_IMAGE = `title: Without an image
machines: [{ name: main, image: berth-test/no-such-image }]
`;

const labs = await labsFolder(t, {
  short: { 'lab.yaml': SHORT_LAB },
  'without-image': { 'lab.yaml': LAB_WITHOUT_IMAGE },
});
const berth = await startBerth(t, { BERTH_LABS_DIR: labs });
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
await signIn(page, printedLink(berth));

await test('a failed session says why, and can be retried', async (t) => {
  await openLab(page, berth, 'without-image');
  for (const name of ['Start the lab', 'Try again']) {
    await lab.button(name).click();
    await lab.machine.getByRole('alert').filter({ hasText: 'berth-test/no-such-image' }).waitFor();
  }
  await lab.button('Try again').waitFor();
  t.equal(await lab.button('Start the lab').count(), 0);
});

await test('the learner gets a warning before the end and extends the session', async () => {
  await openLab(page, berth, 'short');
  await lab.start();
  await lab.machine.getByRole('alert').filter({ hasText: 'Ends in 1 min' }).waitFor();
  await lab.button('Extend by 30 min').click();
  await lab.machine.getByText('20 min left').waitFor();
});

await test('an extension beyond the lab’s limit is rejected with the reason', async () => {
  const refusal = lab.machine.getByRole('alert').filter({ hasText: 'cannot be extended beyond' });
  await lab.button('Extend by 30 min').click();
  await refusal.waitFor();
});

await test('after a session was ended elsewhere, the page shows it and another can be started', async () => {
  await berth.graphql('mutation ($s: ID!) { stopSession(input: { session: $s }) { session { id } } }', {
    s: await activeSession(),
  });
  await lab.machine.getByText('Your session has ended.').waitFor();
  await lab.button('Start again').click();
  await lab.prompt();
});

await test('a session deleted elsewhere leaves the page as before the first start', async () => {
  await berth.graphql('mutation { deleteMySessions { deletedIds } }');
  await lab.start();
});

await test('a restart creates new shells on the same files', async () => {
  await lab.type('mine=gone; echo kept > note; echo "written: $mine"');
  await lab.shows('written: gone');
  await lab.button('Restart').click();
  const before = lab.machine.locator('.xterm-rows').filter({ hasText: 'written' });
  await before.waitFor({ state: 'detached' }).catch(async (error: unknown) => {
    throw new Error(`the shell is still there: ${await lab.machine.innerText()}`, { cause: error });
  });
  await lab.prompt();
  await page.keyboard.type('echo "$(cat note), ${mine:-new}"\n');
  await lab.shows('kept, new');
});

async function activeSession(): Promise<string> {
  const { sessions } = await berth.graphql<{ sessions: { edges: { node: { id: string } }[] } }>(
    '{ sessions(first: 1) { edges { node { id } } } }',
  );
  return sessions.edges[0]?.node.id ?? '';
}

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
