import t, { test } from 'tap';
import { startBerth } from '../support/berth-process.ts';
import { startBrowser } from '../support/browser.ts';
import { labsFolder } from '../support/lab-folders.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

/** Longer than a session of the lab lives: it is warned as soon as it is ready. */
const WARN_AT_ONCE_MINUTES = '21';
const LAB = `title: Short
machines: [{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l] }]
lifetime: { idle: 60, total: 20, max: 60 }
`;

const labs = await labsFolder(t, { short: { 'lab.yaml': LAB } });
const berth = await startBerth(t, { BERTH_WARNING_MINUTES: WARN_AT_ONCE_MINUTES, BERTH_LABS_DIR: labs });
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
await signIn(page, printedLink(berth));
await openLab(page, berth, 'short');
await lab.start();

await test('the learner is warned of the end, and puts it off', async () => {
  await lab.machine.getByRole('alert').filter({ hasText: 'Ends in 20 min' }).waitFor();
  await lab.button('30 min more').click();
  await lab.machine.getByText('50 min left').waitFor();
});

await test('more than the lab allows is refused, with the reason', async () => {
  const refusal = lab.machine.getByRole('alert').filter({ hasText: 'can not be extended beyond' });
  await lab.button('30 min more').click();
  await refusal.waitFor();
});

await test('a session that is ended elsewhere says so, and another can be started', async () => {
  await berth.graphql('mutation ($s: ID!) { stopSession(input: { session: $s }) { session { id } } }', {
    s: await activeSession(),
  });
  await lab.machine.getByText('Your session has ended.').waitFor();
  await lab.button('Start again').click();
  await lab.prompt();
});

await test('a session that is deleted elsewhere leaves the page as before the first', async () => {
  await berth.graphql('mutation { deleteMySessions { deletedIds } }');
  await lab.start();
});

await test('a restart brings new shells on the same files', async () => {
  await lab.type('echo kept > note; sleep 0.1; echo written');
  await lab.shows(/\$ *written|written *learner/);
  await lab.button('Restart').click();
  await lab.button('Restart').waitFor({ state: 'detached' });
  await lab.prompt();
  await lab.type('cat note');
  await lab.shows(/cat note *kept/);
});

async function activeSession(): Promise<string> {
  const { sessions } = await berth.graphql<{ sessions: { edges: { node: { id: string } }[] } }>(
    '{ sessions(first: 1) { edges { node { id } } } }',
  );
  return sessions.edges[0]?.node.id ?? '';
}

await test('no page had anything to complain of', async (t) => {
  t.same(browser.complaints(), []);
});
