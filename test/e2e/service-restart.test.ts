import t, { test } from 'tap';
import { startBerth } from '../support/berth-process.ts';
import { startBrowser } from '../support/browser.ts';
import { freePort } from '../support/machine/service-process.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

const berth = await startBerth(t, { BERTH_PORT: String(await freePort()) });
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
await signIn(page, printedLink(berth));
await openLab(page, berth);
await lab.start();
t.same(browser.complaints(), []);

await test('when the service goes, the page stays and says so', async () => {
  await lab.type('echo kept > note && rev note');
  await lab.shows('tpek');
  await berth.kill();
  await lab.machine.getByText('The connection was lost.').waitFor();
  await lab.button('Open a new shell').click();
  await lab.machine.getByText('The service does not answer. Try again in a moment.').waitFor();
});

await test('a page that is opened while it is away goes on by itself', async () => {
  const other = await page.context().newPage();
  await other.route('**/graphql', (route) => route.abort());
  await berth.start();
  await other.goto(berth.url);
  await other.getByText('This page goes on by itself').waitFor();
  await other.unroute('**/graphql');
  await other.getByRole('heading', { name: 'Labs' }).waitFor();
  await other.close();
});

await test('once it is back, a new shell has the same files', async () => {
  await lab.button('Open a new shell').click();
  await lab.prompt();
  await page.keyboard.type('cat note\n');
  await lab.shows(/cat note *kept/);
});

await test('the page still hears of what becomes of the session', async () => {
  const { sessions } = await berth.graphql<{ sessions: { edges: { node: { id: string } }[] } }>(
    '{ sessions(first: 1) { edges { node { id } } } }',
  );
  await berth.graphql('mutation ($s: ID!) { stopSession(input: { session: $s }) { session { id } } }', {
    s: sessions.edges[0]?.node.id,
  });
  await lab.machine.getByText('Your session has ended.').waitFor();
});

await test('it complained of the lost connection only', async (t) => {
  const others = browser.complaints().filter((text) => !/ERR_CONNECTION_REFUSED|ERR_FAILED/.test(text));
  t.same(others, []);
});
