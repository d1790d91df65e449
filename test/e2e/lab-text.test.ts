import { readFile } from 'node:fs/promises';
import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labsFolder } from '../kit/labs/lab-folders.ts';
import { openLab, printedLink, signIn } from './lab-page.ts';
import { readable } from './legibility.ts';

const LAB = `title: A text
introduction: intro.md
machines:
  - name: main
    image: berth/lab-linux
    user: learner
    shell: [/bin/bash, -l]
    files: [{ from: server.pl, to: /srv/server.pl }]
    start: { script: perl /srv/server.pl 8080, background: true }
  - { name: db, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l] }
`;

const TEXT = `
Look at \`echo "$HOSTNAME: $((40 + 2))"\`{{exec}}, keep \`a "b"\`{{copy}}, and leave \`docker ps --format\`{{.Names}}.

\`\`\`bash exec terminal=2
echo "second: $((2 * 21))"
\`\`\`

\`\`\`bash exec interrupt
echo "after: $((6 * 7))"
\`\`\`

\`\`\`bash exec machine=db
echo "on $HOSTNAME"
\`\`\`

\`\`\`
only text
\`\`\`

\`\`\`ini file=/home/learner/conf/app.ini
port = 1
# more
\`\`\`

\`\`\`ini file=/home/learner/conf/app.ini mode=append
last = 1
\`\`\`

\`\`\`ini file=/home/learner/conf/app.ini mode=insert marker="# more"
host = "here"
\`\`\`

See [your site](berth:port/8080/echo/page?q=1), [nothing](berth:port/db/9090), [the file](berth:file/home/learner/conf/app.ini).

- <b id="raw">raw</b> <img src=x onerror="document.title='taken'">
- [script](javascript:alert(1)) and [data](data:text/html,x)
- ![tracker](https://tracker.example/x.png)
- [out](https://example.org/)
`;

const labs = await labsFolder(t, {
  text: {
    'lab.yaml': LAB,
    'intro.md': TEXT,
    'server.pl': await readFile(new URL('../kit/engine/machine-web-server.pl', import.meta.url), 'utf8'),
  },
});
const berth = await startBerth(t, { BERTH_LABS_DIR: labs });
// By the host name that people on the machine use, because previews are its subdomains.
const at = { ...berth, url: berth.url.replace('127.0.0.1', 'localhost') };
const browser = await startBrowser(t);
const page = await browser.open();
await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: at.url });
await signIn(page, printedLink(berth).replace('127.0.0.1', 'localhost'));
const lab = await openLab(page, at, 'text');
const text = page.getByRole('region', { name: 'Instructions' });
const block = (words: string) => text.locator('.command', { hasText: words });
const clipboard = () => page.evaluate('navigator.clipboard.readText()');

await test('before the start a text can be read and copied, and nothing in it runs', async (t) => {
  t.equal(await text.getByRole('button', { name: 'Run' }).count(), 0);
  t.ok(await text.getByRole('button', { name: 'the file', exact: true }).isDisabled());
  await block('only text').getByRole('button', { name: 'Copy' }).click();
  await text.getByRole('status').filter({ hasText: 'Copied' }).waitFor({ state: 'attached' });
  t.equal(await clipboard(), 'only text\n');
  await text.getByRole('button', { name: 'Copy a "b"' }).click();
  t.equal(await clipboard(), 'a "b"');
});

await test("an author's text cannot add markup to the page", async (t) => {
  await text.getByText('<b id="raw">raw</b> <img src=x').waitFor();
  await text.getByText('[script](javascript:alert(1)) and [data](data:text/html,x)').waitFor();
  t.equal(await text.locator('img, #raw').count(), 0, 'pictures from elsewhere are links');
  await text.getByRole('link', { name: 'tracker' }).waitFor();
  await text.getByText('docker ps --format{{.Names}}').waitFor();
  const out = text.getByRole('link', { name: 'out' });
  t.equal(await out.getAttribute('target'), '_blank');
  t.equal(await out.getAttribute('rel'), 'noopener noreferrer');
  t.equal(await page.title(), 'A text · Berth');
});

await test('inline code runs in the visible terminal, by keyboard as well', async () => {
  await lab.start();
  await text.getByRole('button', { name: 'Run echo "$HOSTNAME' }).focus();
  await page.keyboard.press('Enter');
  await lab.shows('main: 42');
  await page.keyboard.type('echo "typed $((1 + 1))"\n');
  await lab.shows('typed 2');
});

await test('a block runs in the second terminal, which it opens', async (t) => {
  await block('second:').getByRole('button', { name: 'Run in terminal 2' }).click();
  await lab.shows('second: 42');
  t.equal(await lab.button('Terminal 2').getAttribute('aria-pressed'), 'true');
  await lab.type('mine=kept');
  await lab.button('Terminal 1').click();
  await block('second:').getByRole('button', { name: 'Run in terminal 2' }).click();
  await page.keyboard.type('echo "still $mine"\n');
  await lab.shows('still kept');
});

await test('a block interrupts the running program', async () => {
  await lab.type('echo wait; sleep 1000');
  await lab.shows(/wait *$/m);
  await block('after:').getByRole('button', { name: 'Run' }).click();
  await lab.shows('after: 42');
});

await test('an ended shell is replaced to run a block', async () => {
  await lab.type('exit');
  await lab.machine.getByText('The shell ended.').waitFor();
  await block('after:').getByRole('button', { name: 'Run' }).click();
  await lab.shows('after: 42');
});

await test('a block runs on its named machine', async () => {
  await block('on $HOSTNAME').getByRole('button', { name: 'Run on db' }).click();
  await lab.shows('on db');
});

await test('blocks are written into files: whole, at the end, or at a marker', async () => {
  const done = (words: string) => block(words).getByRole('status').filter({ hasText: '✓ Written' });
  const insert = block('host =').getByRole('button', { name: 'Insert into the file' });
  await insert.click();
  await block('host =').getByRole('alert').filter({ hasText: 'does not exist yet' }).waitFor();
  await block('port = 1').getByRole('button', { name: 'Write the file' }).click();
  await done('port = 1').waitFor();
  await block('last =').getByRole('button', { name: 'Append to the file' }).click();
  await done('last =').waitFor();
  await insert.click();
  await done('host =').waitFor();
  await lab.machine.getByRole('button', { name: 'main', exact: true }).click();
  await lab.type('clear; paste -sd+ conf/app.ini; stat -c %U conf');
  await lab.shows(/port = 1\+host = "here"\+last = 1 *learner/);
  await insert.click();
  await block('host =').getByRole('alert').filter({ hasText: 'does not contain “# more”' }).waitFor();
});

await test('a link opens a file, which can be edited and saved', async (t) => {
  const link = text.getByRole('button', { name: 'the file', exact: true });
  const dialog = page.getByRole('dialog', { name: '/home/learner/conf/app.ini' });
  const area = dialog.getByRole('textbox');
  await link.click();
  await dialog.getByText('last = 1').waitFor();
  t.equal(await area.inputValue(), 'port = 1\nhost = "here"\nlast = 1\n');
  await area.fill('port = 2\n');
  await readable(t, page);
  await page.keyboard.press('Escape');
  const question = dialog.getByRole('alertdialog', { name: 'Close without saving your changes?' });
  await question.waitFor();
  t.equal(
    await page.evaluate('document.activeElement.textContent'),
    'Keep editing',
    'Enter discards nothing',
  );
  await page.keyboard.press('Escape');
  await question.waitFor({ state: 'detached' });
  t.equal(await area.inputValue(), 'port = 2\n');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('✓ Saved').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await lab.type('clear; cat conf/app.ini');
  await lab.shows('port = 2');
});

await test('a link opens a page of a machine’s web server', async (t) => {
  const opening = page.waitForEvent('popup');
  await text.getByRole('button', { name: 'your site' }).click();
  const site = await opening;
  await site.getByText('GET /echo/page?q=1').waitFor();
  t.match(new URL(site.url()).hostname, /-main-8080\.preview\.localhost$/);

  const closed = page.waitForEvent('popup');
  await text.getByRole('button', { name: 'nothing' }).click();
  await (await closed).getByText('Nothing responds on port 9090').waitFor();
});

await test('the text is legible, and the browser logged no errors', async (t) => {
  await readable(t, page);
  // Browsers report these expected answers: no file to insert into, and nothing on a port.
  for (const complaint of browser.complaints()) t.match(complaint, /status of (404|502)/);
});
