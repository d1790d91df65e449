import { test } from 'tap';
import { startBrowser } from '../kit/service/browser.ts';
import { LAB, startPreviewWorld } from '../kit/service/previews.ts';
import { openLab, signIn } from './lab-page.ts';

await test('a web server in the machine is opened from the lab’s page', async (t) => {
  const world = await startPreviewWorld(t);
  const learner = await world.member('learner', 'STUDENT');
  const session = await world.startSession(learner.token);
  const { createSignInLink } = await world.berth.graphql<{ createSignInLink: { url: string } }>(
    'mutation ($u: ID!) { createSignInLink(input: { user: $u }) { url } }',
    { u: learner.id },
  );
  const browser = await startBrowser(t);
  const page = await browser.open();
  // By the host name that people on the machine use, because its cookies must not reach subdomains.
  const at = { ...world.berth, url: world.berth.url.replace('127.0.0.1', 'localhost') };
  await signIn(page, createSignInLink.url.replace('127.0.0.1', 'localhost'));
  await page.context().addCookies([{ name: 'foreign', value: '1', url: at.url }]);
  const lab = await openLab(page, at, LAB);
  await lab.prompt();

  const opening = page.waitForEvent('popup');
  await lab.button('Open Your web site').click();
  const site = await opening;
  await site.getByRole('heading', { name: 'Hello from the machine' }).waitFor();
  t.match(new URL(site.url()).hostname, /^[a-z0-9]+-main-8080\.preview\.localhost$/);
  t.equal(new URL(site.url()).pathname, '/', 'the grant is removed from the address');
  t.equal(await site.evaluate('opener'), null);
  t.notMatch(await site.locator('#head').textContent(), /cookie/i, 'the machine gets no cookie');

  await site.locator('#ws', { hasText: 'from the page' }).waitFor();
  t.notMatch(await site.locator('#ws').textContent(), /cookie/i, 'nor through the socket');
  t.equal(await site.evaluate('document.cookie'), '', 'and the page cannot read one');
  const names = (await page.context().cookies()).map(({ name, domain }) => `${name} ${domain}`);
  t.match(names.toSorted(), [
    /^berth localhost$/,
    /^berth-preview .*-main-8080\.preview\.localhost$/,
    /^foreign localhost$/,
  ]);

  await site.reload();
  await site.getByRole('heading', { name: 'Hello from the machine' }).waitFor();

  const closed = page.waitForEvent('popup');
  await lab.button('Open Port 3000').click();
  const waiting = await closed;
  await waiting.getByText('Nothing responds on port 3000').waitFor();
  await world.startWebServer(session, 3000);
  await waiting.getByRole('heading', { name: 'Hello from the machine' }).waitFor();
  t.pass('it is shown as soon as it exists');
});
