import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { startComposing } from './composing.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

const berth = await startBerth(t);
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
await signIn(page, printedLink(berth));
await openLab(page, berth);
await lab.start();
const { compose, commit, process } = await startComposing(page);
const press = (key: string) => page.keyboard.press(key);

/**
 * The bytes that a program gets when it reads a line during `type`. `type` sends Enter, or this function does
 * afterwards.
 */
async function lineOf(type: () => Promise<void>, { entered = false } = {}): Promise<string> {
  await lab.type('clear; read -r line; printf "[%s]" "$line" | od -An -tx1');
  await lab.shows(/^\s*$/);
  await type();
  if (!entered) await press('Enter');
  await lab.shows(/5d *learner@main/);
  const hex =
    /5b((?: *[\da-f]{2})*) *5d *learner/.exec((await lab.rows.allTextContents()).join(' '))?.[1] ?? '';
  return Buffer.from(hex.replaceAll(' ', ''), 'hex').toString();
}

await test('syllables arrive once each and in order, even if a consonant moves to the next one', async (t) => {
  const typed = await lineOf(async () => {
    await compose('ㅎ', '하', '한');
    await commit('한');
    await compose('ㄱ', '그', '글');
    await commit('글');
    await compose('ㅎ', '하', '한');
    await commit('하');
    await compose('니');
    await commit('니');
  });
  t.equal(typed, '한글하니');
});

await test('composed text is shown at the cursor, and sent when it is finished', async (t) => {
  const view = page.locator('.shell:not([hidden]) .composition-view');
  const typed = await lineOf(async () => {
    await compose('ㅎ', '하');
    t.equal(await view.textContent(), '하');
    t.ok(await view.isVisible());
    await lab.shows(/^\s*$/);
    await compose('한');
    await commit('한');
    t.notOk(await view.isVisible());
  });
  t.equal(typed, '한');
});

await test('a key that follows immediately comes after the syllable', async (t) => {
  const composed = () => compose('ㅎ', '하', '한');
  const enter = async () => {
    await composed();
    await Promise.all([commit('한'), press('Enter')]);
  };
  t.equal(await lineOf(enter, { entered: true }), '한');
  const letters = async () => {
    await composed();
    await Promise.all([commit('한'), page.keyboard.type(' abc')]);
  };
  t.equal(await lineOf(letters), '한 abc');
  await lab.type('clear');
  await page.keyboard.type('echo "[a');
  await composed();
  await Promise.all([commit('한'), press('Backspace'), page.keyboard.type('b]"\n')]);
  await lab.shows('[ab]');
});

await test('a key that ends the composition comes after the syllable, in either order of events', async (t) => {
  const spaces = {
    'the key first': async () => {
      await press('Space');
      await commit('한');
    },
    'no key': () => press('Space'),
    'the text with it': async () => {
      await process('Space');
      await commit('한');
      await commit(' ');
    },
    'as characters': async () => {
      await process('Space', () => commit('한'), ' ');
    },
  };
  for (const [order, space] of Object.entries(spaces)) {
    const typed = await lineOf(async () => {
      await compose('ㅎ', '하', '한');
      await space();
      await page.keyboard.type('x');
    });
    t.equal(typed, '한 x', order);
  }
  const enter = async () => {
    await compose('ㅎ', '하', '한');
    await press('Enter');
  };
  t.equal(await lineOf(enter, { entered: true }), '한');
});

await test('text erased before it is finished is never sent', async (t) => {
  const typed = await lineOf(async () => {
    await compose('ㅎ', '하', '한', '하', 'ㅎ', '');
    await compose('ㄱ', '');
    await compose('ㅎ', '하', '한', '하');
    await commit('하');
  });
  t.equal(typed, '하');
});

await test('Backspace removes a syllable where Linux itself edits the line', async (t) => {
  const typed = await lineOf(async () => {
    for (const syllable of ['한', '글']) {
      await compose(syllable);
      await commit(syllable);
    }
    await press('Backspace');
    await page.keyboard.type('!');
  });
  t.equal(typed, '한!');
});

await test('wide characters take two columns, in the shell and on the screen', async () => {
  await lab.type(
    String.raw`clear; printf '한글😀\e[6n'; IFS=';' read -rsd R _ column; echo; echo "column-$column."`,
  );
  await lab.shows('column-7.');
  await lab.type('clear');
  await compose('ㅎ', '하', '한');
  await commit('한');
  await compose('ㄱ', '그', '글');
  await commit('글');
  await press('ArrowLeft');
  await press('Backspace');
  await page.keyboard.type('echo "');
  await press('End');
  await page.keyboard.type('."\n');
  await lab.shows('글.');
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
