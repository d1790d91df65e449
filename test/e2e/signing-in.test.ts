import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';
import { linkFor } from './people.ts';

const berth = await startBerth(t);
const browser = await startBrowser(t);

await test('without signing in, every page says how to sign in', async (t) => {
  const page = await browser.open();
  await page.goto(`${berth.url}/labs/linux-command-line`);
  await page.getByRole('heading', { name: 'Welcome to Berth' }).waitFor();
  t.equal(await page.getByRole('button').count(), 0);
});

await test('a used link shows what to do', async (t) => {
  const link = printedLink(berth);
  const first = await browser.open();
  await first.goto(link);
  await first.reload();
  await signIn(first, link);

  const second = await browser.open();
  await second.goto(link);
  await second.getByRole('button', { name: 'Sign in' }).click();
  await second.getByRole('heading', { name: 'Not signed in' }).waitFor();
  await second.getByText('Request a new one').waitFor();
  await second.goto(berth.url);
  await second.getByRole('heading', { name: 'Welcome to Berth' }).waitFor();
  // The second use is answered with 401, which browsers report.
  t.match(browser.complaints(), [/status of 401/]);
});

await test('a student sees labs, and only their own progress and sessions', async (t) => {
  await berth.graphql('mutation { startSession(input: { lab: "linux-command-line" }) { session { id } } }');
  const page = await browser.open();
  await signIn(page, await linkFor(berth, { name: 'Ada' }));
  await page.getByRole('link', { name: 'The Linux command line' }).getByText('0 of 3 steps passed').waitFor();
  const lab = await openLab(page, berth);
  await lab.start();
  await lab.type('echo student > mine; cat mine');
  await lab.shows(/mine *student/);
  const { sessions } = await berth.graphql<{ sessions: { edges: { node: { id: string } }[] } }>(
    '{ sessions { edges { node { id } } } }',
  );
  t.equal(sessions.edges.length, 2, 'next to the session of the admin, who sees both');
  await lab.end();
  await lab.machine.getByText('Your session has ended.').waitFor();
});

await test('an unknown address says so, and links to the labs', async () => {
  const page = await browser.open();
  await signIn(page, await linkFor(berth, { name: 'Ada' }));
  for (const address of ['/nowhere', '/labs/no-such-lab']) {
    await page.goto(berth.url + address);
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    await page.getByRole('link', { name: 'See all labs' }).click();
    await page.getByRole('heading', { name: 'Labs', exact: true }).waitFor();
  }
});

await test('everything from the link to a checked step works by keyboard', async (t) => {
  const page = await browser.open();
  const lab = labPage(page);
  /** Presses Tab until the element with this name has the focus. */
  async function tabTo(name: string) {
    for (let presses = 0; presses < 80; presses += 1) {
      await page.keyboard.press('Tab');
      if ((await page.evaluate('document.activeElement.textContent.trim()')) === name) return;
    }
    throw new Error(`Tab does not lead to ${name}.`);
  }
  await page.goto(await linkFor(berth, { name: 'Ada' }));
  await tabTo('Sign in');
  await page.keyboard.press('Enter');
  const card = page.getByRole('link', { name: 'The Linux command line' });
  await card.waitFor();
  await tabTo(String(await card.textContent()).trim());
  await page.keyboard.press('Enter');
  await lab.button('Start the lab').waitFor();
  await tabTo('Start the lab');
  await page.keyboard.press('Enter');
  await lab.prompt();
  await page.keyboard.type('mkdir workshop\n');
  await page.keyboard.press('Escape');
  await tabTo('Check');
  await page.keyboard.press('Enter');
  await page.getByRole('status').filter({ hasText: 'There is no folder ~/workshop/notes yet' }).waitFor();
  t.equal(await page.evaluate('document.activeElement.textContent'), 'Check', 'the focus stayed');
});

await test('signing out also applies to the back button', async (t) => {
  const page = await browser.open();
  await signIn(page, await linkFor(berth, { name: 'Ada' }));
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Welcome to Berth' }).waitFor();
  t.same(await page.context().cookies(), []);
  await page.goBack();
  await page.getByRole('heading', { name: 'Welcome to Berth' }).waitFor();
});

await test('the browser logged no other errors', async (t) => {
  t.same(browser.complaints(), []);
});
