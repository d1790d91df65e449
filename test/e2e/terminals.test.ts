import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

const berth = await startBerth(t);
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
await signIn(page, printedLink(berth));
await openLab(page, berth);
await lab.start();

await test('the shell knows the number of visible rows, even after the window has changed', async (t) => {
  await lab.type('stty size');
  await lab.shows(new RegExp(`${await lab.rows.count()} \\d+ *learner@main`));
  const before = await lab.rows.count();

  const loop = 'echo "traps $((6 * 7))"; while sleep 0.1; do :; done';
  await lab.type(`sh -c 'trap "echo now: \\$(stty size)" WINCH; ${loop}'`);
  await lab.shows('traps 42');
  await page.setViewportSize({ width: 1100, height: 640 });
  await lab.shows(/now: \d+ \d+/);
  const after = await lab.rows.count();
  t.ok(after < before);
  await lab.shows(new RegExp(`now: ${after} \\d+`));
  await page.keyboard.press('Control+c');
  await page.setViewportSize({ width: 1440, height: 900 });
});

await test('two terminals are two shells, and both keep running', async (t) => {
  await lab.type('cd /usr; mine=first');
  await lab.openAnother();
  await page.keyboard.type('echo "here: $PWD, $mine."\n');
  await lab.shows('here: /home/learner, .');
  t.equal(await lab.button('Terminal 2').getAttribute('aria-pressed'), 'true');

  await lab.button('Terminal 1').click();
  await lab.type('echo "here: $PWD, $mine."');
  await lab.shows('here: /usr, first.');

  await lab.button('Terminal 2').click();
  await lab.button('Close terminal 2').click();
  await lab.shows('here: /usr, first.');
  let left = 0;
  do left = await openTerminals();
  while (left > 1);
  t.equal(left, 1, 'the closed one ended');
});

async function openTerminals(): Promise<number> {
  const { sessions } = await berth.graphql<{
    sessions: { edges: { node: { terminals: { id: string }[] } }[] };
  }>('{ sessions { edges { node { terminals { id } } } } }');
  return sessions.edges[0]?.node.terminals.length ?? 0;
}

await test('an exited shell shows its exit code and can be replaced', async () => {
  await lab.type('exit 3');
  await lab.machine.getByText('The shell ended with exit code 3.').waitFor();
  // The button has the focus, so Enter is enough.
  await page.keyboard.press('Enter');
  await lab.prompt();
  await page.keyboard.type('echo "new: $((6 * 7)), $mine."\n');
  await lab.shows('new: 42, .');
});

await test('keyboard users can leave the terminal and return', async (t) => {
  const focused = () => page.evaluate('document.activeElement.className');
  t.match(await focused(), /xterm/);
  await page.keyboard.type('echo un\tdone');
  await page.keyboard.press('Tab');
  t.match(await focused(), /xterm/, 'Tab alone completes names');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Shift+Tab');
  t.notMatch(await focused(), /xterm/, 'after Escape, it leaves');
  await page.keyboard.press('Tab');
  t.match(await focused(), /xterm/);
  await page.keyboard.press('Control+c');
});

await test('a selection is copied, and pasted into the shell', async () => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await lab.type('clear; echo "pas$((1))te-me"');
  await lab.shows(/pas1te-me.*learner@main/);
  // The screen above the rows takes the clicks.
  await lab.rows.filter({ hasText: /^pas1te-me/ }).dblclick({ position: { x: 10, y: 8 }, force: true });
  await page.keyboard.press('Control+Shift+C');
  await page.keyboard.type('echo "[');
  await page.keyboard.press('Control+Shift+V');
  await page.keyboard.type(']"\n');
  await lab.shows('[pas1te-me]');
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
