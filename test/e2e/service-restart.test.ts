import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { freePort } from '../kit/runner/machine/service-process.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

const berth = await startBerth(t, { BERTH_PORT: String(await freePort()) });
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
await signIn(page, printedLink(berth));
await openLab(page, berth);
await lab.start();
t.same(browser.complaints(), []);

await test('after the service is killed, the page keeps the screen and shows that the connection is lost', async () => {
  await lab.type('mine=kept; cd /usr; echo "set $((6 * 7))"');
  await lab.shows('set 42');
  await berth.kill();
  await lab.machine.getByText('No connection. Reconnecting').waitFor();
  await lab.shows('set 42');
  await page.keyboard.type('echo "typed: $PWD, $mine."\n');
});

await test('a page opened during the outage recovers automatically', async () => {
  const other = await page.context().newPage();
  await other.route('**/graphql', (route) => route.abort());
  await berth.start();
  await other.goto(berth.url);
  await other.getByText('This page reconnects automatically').waitFor();
  await other.unroute('**/graphql');
  await other.getByRole('heading', { name: 'Labs', exact: true }).waitFor();
  await other.close();
});

await test('after the restart the shell receives the input typed meanwhile', async () => {
  await lab.shows('typed: /usr, kept.');
  await lab.machine.getByText('No connection').waitFor({ state: 'detached' });
  await lab.type('echo "and on $((6 * 7))"');
  await lab.shows('and on 42');
});

await test('the page still receives events of the session', async () => {
  const { sessions } = await berth.graphql<{ sessions: { edges: { node: { id: string } }[] } }>(
    '{ sessions(first: 1) { edges { node { id } } } }',
  );
  await berth.graphql('mutation ($s: ID!) { stopSession(input: { session: $s }) { session { id } } }', {
    s: sessions.edges[0]?.node.id,
  });
  await lab.machine.getByText('Your session has ended.').waitFor();
});

await test('the browser logged errors of the lost connection only', async (t) => {
  const others = browser
    .complaints()
    .filter((text) => !/ERR_CONNECTION_(REFUSED|RESET)|ERR_FAILED/.test(text));
  t.same(others, []);
});
