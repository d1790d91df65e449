import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { openCutOffProxy } from '../kit/proxy/cut-off-proxy.ts';
import { until } from '../kit/basics/until.ts';
import { labPage, printedLink, signIn } from './lab-page.ts';

const berth = await startBerth(t);
const proxy = await openCutOffProxy(t, Number(new URL(berth.url).port));
/** The address of the service behind a breaking network. */
const address = `http://127.0.0.1:${proxy.port}`;
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
await signIn(page, printedLink(berth).replace(berth.url, address));
await page.goto(`${address}/labs/linux-command-line`);
await lab.title.waitFor();
await lab.start();

await test('after a reload, the shells are unchanged, each in its tab', async (t) => {
  await lab.type('mine=first; cd /usr');
  await lab.openAnother();
  await page.keyboard.type('mine=second\n');
  await lab.type('echo "here: $mine"');
  await lab.shows('here: second');

  await page.reload();
  await lab.shows('mine=first; cd /usr');
  await lab.type('clear; echo "here: $PWD, $mine."');
  await lab.shows('here: /usr, first.');
  await lab.button('Terminal 2').click();
  await lab.shows('here: second');
  await lab.type('clear; echo "still: $mine."');
  await lab.shows('still: second.');
  t.equal(await openTerminals(), 2, 'the reloaded page created no shell');
  await lab.button('Close terminal 2').click();
  await until(async () => (await openTerminals()) === 1);
});

await test('old queries of programs are not answered again', async (t) => {
  await lab.type(
    "clear; printf '\\033[c\\033[6n\\033]11;?\\007'; sleep 1; read -rsn 200 -t 1 gone; clear; echo asked",
  );
  await lab.shows(/asked *learner@main/);
  await page.reload();
  await lab.shows(/asked *learner@main/);
  await lab.type('echo "untouched $((6 * 7))"');
  await lab.shows('untouched 42');
  t.notMatch(await lab.rows.allTextContents(), /\d;\d/);
});

await test('a broken connection continues at its position, without loss or duplicates', async (t) => {
  await lab.type('clear; for i in $(seq 1 25); do echo "line $i."; sleep 0.15; done; echo "all of them"');
  for (const line of [3, 9, 14, 20]) {
    await lab.shows(`line ${line}.`);
    await proxy.cut();
    await lab.machine.getByText('No connection. Reconnecting').waitFor();
    t.match(await lab.rows.allTextContents(), [/./], 'the screen stays');
    await proxy.restore();
  }
  await lab.shows(/line 25\. *all of them/);
  await lab.machine.getByText('No connection').waitFor({ state: 'detached' });
  const lines = (await lab.rows.allTextContents()).flatMap((row) => /^line (\d+)\./.exec(row)?.[1] ?? []);
  t.same(
    lines.map(Number),
    Array.from({ length: 25 }, (_, at) => at + 1),
  );
});

await test('input typed offline runs after reconnecting', async () => {
  await lab.type('clear; mine="still here"');
  await proxy.cut();
  await lab.machine.getByText('No connection. Reconnecting').waitFor();
  await page.keyboard.type('echo "typed $((6 * 7)), $mine."\n');
  await proxy.restore();
  await lab.shows('typed 42, still here.');
});

await test('the pages logged errors of the lost connections only', async (t) => {
  const others = browser
    .complaints()
    .filter((text) => !/ERR_(CONNECTION|EMPTY|SOCKET|INCOMPLETE)|Connection closed before/.test(text));
  t.same(others, []);
});

async function openTerminals(): Promise<number> {
  const { sessions } = await berth.graphql<{
    sessions: { edges: { node: { terminals: { id: string }[] } }[] };
  }>('{ sessions { edges { node { terminals { id } } } } }');
  return sessions.edges[0]?.node.terminals.length ?? 0;
}
