import { createHash } from 'node:crypto';
import t, { test } from 'tap';
import type { Test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

/** How often to end long pastes. Whether the next command was read used to be a race. */
const PASTES = Number(process.env['BERTH_TEST_PASTES'] ?? 1);

const berth = await startBerth(t);
const browser = await startBrowser(t);
const page = await browser.open();
await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
const lab = labPage(page);
await signIn(page, printedLink(berth));
await openLab(page, berth);
await lab.start();
const dialog = page.getByRole('dialog');
const pasting = lab.machine.getByText('Pasting a long text');

/** Copies text to the clipboard and pastes it. */
async function paste(text: string): Promise<void> {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.keyboard.press('Control+Shift+V');
}

/** Pastes several lines without brackets, and confirms. */
async function pasteLines(text: string): Promise<void> {
  await paste(text);
  await dialog.getByRole('button', { name: 'Paste', exact: true }).click();
}

/** Clears the screen, and waits for an empty prompt. */
async function clear(): Promise<void> {
  await lab.type('clear; echo; echo "ready $((6 * 7))"; clear');
  await lab.shows(/^\s*learner@main:~\$\s*$/);
}

/** Makes the page count the sent bytes: all of them, and the most that were sent without a turn of its timers. */
const countSent = () =>
  page.evaluate(`
    window.sent = { all: 0, atOnce: 0 };
    let burst = 0;
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data) {
      if (burst === 0) setTimeout(() => (burst = 0));
      const bytes = data.byteLength ?? data.length;
      burst += bytes;
      sent.all += bytes;
      sent.atOnce = Math.max(sent.atOnce, burst);
      send.call(this, data);
    }`);

let readers = 0;

/** Runs a program that reads lines until Ctrl+D, and waits until it does. The shell has turned brackets off by then. */
async function runReader(command: string): Promise<void> {
  readers += 1;
  await lab.type(`clear; echo "reader $((${readers} * 7)) reads"; ${command}`);
  await lab.shows(`reader ${readers * 7} reads`);
}

const rows = async () => (await lab.rows.allTextContents()).join('\n');

await test('several lines pasted into the shell wait for Enter', async (t) => {
  await clear();
  await paste('echo "one $((1 + 1))"\r\necho "two $((2 + 2))"\necho "three $((3 + 3))"');
  await lab.shows('echo "three $((3 + 3))"');
  t.notMatch(await rows(), /two 4/, 'none of them ran');
  await page.keyboard.press('Enter');
  await lab.shows(/one 2.*two 4.*three 6/);
});

await test('pasted text cannot end the brackets early', async (t) => {
  await clear();
  await paste(
    'echo safe \x1b[201~\necho "ran $((40 + 2))"\n\x03echo "and $((50 + 1))"\n\x9b201~\necho "or $((60 + 1))"\n',
  );
  await lab.shows('echo "or $((60 + 1))"');
  t.notMatch(await rows(), /ran 42|and 51|or 61/);
  await page.keyboard.press('Control+c');
});

await test('several lines for a program without brackets need confirmation', async (t) => {
  await runReader('cat > lines');
  await paste('a\u202eb\tc\r\nsecond\x1b[31m\n\n한글\n');
  await dialog.getByRole('heading', { name: 'Paste 4 lines?' }).waitFor();
  t.match(
    await dialog.locator('pre').textContent(),
    'a·b·c\nsecond[31m\n\n한글\n',
    'each character is visible',
  );
  await page.keyboard.press('Escape');
  t.match(await page.evaluate('document.activeElement.className'), /xterm/, 'the shell has the focus again');
  await pasteLines('a\tb\r\nsecond\x1b[31m\n\n한글\n');
  await paste('one line\n');
  await page.keyboard.press('Control+d');
  await lab.type('clear; cat -A lines');
  await lab.shows(/one line\$ *learner/);
  t.match(await rows(), 'a^Ib$\nsecond[31m$\n$\nM-mM-^UM-^\\M-jM-8M-^@$\none line$\n');
});

await test('5 MB arrive complete, the page stays responsive, and later input follows', async (t) => {
  const line = (number: number) =>
    `${number} the quick brown fox, 다람쥐 헌 쳇바퀴 ${'x'.repeat(number % 400)}\n`;
  let text = '';
  for (let number = 0; text.length < 5_000_000; number += 1) text += line(number);
  await runReader('stty -echo; cat > large; stty echo; sha256sum < large');
  await countSent();
  await paste(text);
  t.ok(
    ((await dialog.locator('pre').textContent()) ?? text).length < 2_000,
    'the question shows only the beginning',
  );
  await dialog.getByRole('button', { name: 'Paste', exact: true }).click();
  await pasting.waitFor();
  await page.keyboard.type('typed behind');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Control+d');
  await pasting.waitFor({ state: 'detached', timeout: 120_000 });
  await lab.shows(createHash('sha256').update(`${text}typed behind\n`).digest('hex'));
  const { all, atOnce } = await page.evaluate<{ all: number; atOnce: number }>('sent');
  t.ok(all > 5_000_000);
  t.ok(atOnce < all / 10, `${atOnce} of ${all} bytes were sent before the page did anything else`);
});

await test('Ctrl+C ends a long paste, with and without brackets', async (t) => {
  t.setTimeout(PASTES * 60_000);
  for (let number = 0; number < PASTES; number += 1) await interruptPastes(t);
});

async function interruptPastes(t: Test): Promise<void> {
  const text = 'echo "line that runs or not"\n'.repeat(100_000);
  await runReader('cat > part');
  await pasteLines(text);
  await pasting.waitFor();
  await page.keyboard.press('Control+c');
  await pasting.waitFor({ state: 'detached' });
  await lab.type('clear; test $(wc -c < part) -lt 2900000 && echo "stopped $((6 * 7))"');
  await lab.shows('stopped 42');

  await clear();
  await paste(text);
  await pasting.waitFor();
  await page.keyboard.press('Control+c');
  await pasting.waitFor({ state: 'detached' });
  await lab.type('clear; echo "again $((6 * 7))"');
  await lab.shows('again 42');
  t.notMatch(await rows(), /^line that runs/m);
}

await test('a right click offers to copy the selection, and to paste', async (t) => {
  await clear();
  await lab.type('clear; echo "con$((1))text-menu"');
  await lab.shows(/con1text-menu.*learner@main/);
  const row = lab.rows.filter({ hasText: /^con1text-menu/ });
  await row.dblclick({ position: { x: 10, y: 8 }, force: true });
  await row.click({ button: 'right', position: { x: 10, y: 8 }, force: true });
  const selected = 'document.activeElement.value.slice(document.activeElement.selectionStart)';
  t.equal(await page.evaluate(selected), 'con1text-menu');
  await page.evaluate("document.execCommand('copy')");
  t.equal(await page.evaluate('navigator.clipboard.readText()'), 'con1text-menu');
  await page.keyboard.press('Control+c');
  await lab.shows('^C');
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
