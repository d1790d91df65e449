import { readFile } from 'node:fs/promises';
import type { Download } from 'playwright-core';
import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { illegible } from './legibility.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';

/** Larger than one chunk of an upload, and not text. */
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 251));

const berth = await startBerth(t);
const browser = await startBrowser(t);
const page = await browser.open();
const lab = labPage(page);
const files = page.getByRole('region', { name: 'Files', exact: true });
const uploads = files.getByRole('list', { name: 'Uploads' });
await signIn(page, printedLink(berth));
await openLab(page, berth);
await lab.start();

await test('the panel lists the home folder of the learner', async (t) => {
  await lab.type('mkdir -p work/deep && echo one > work/one.txt && ln -s work/one.txt short; echo "re""ady"');
  await lab.shows(/ready/);
  await lab.button('Files').click();
  t.equal(await lab.button('Files').getAttribute('aria-expanded'), 'true');
  await files.getByRole('button', { name: 'work/', exact: true }).click();
  await files.getByRole('list', { name: 'Files in /home/learner/work' }).waitFor();
  await files.getByRole('link', { name: 'one.txt' }).waitFor();
  await files.getByText('4 bytes').waitFor();
  await files.getByRole('button', { name: 'learner' }).click();
  await files.getByRole('list', { name: 'Files in /home/learner', exact: true }).waitFor();
});

await test('a downloaded file equals the uploaded one', async (t) => {
  await files.locator('input[type=file]').setInputFiles({
    name: 'data.bin',
    mimeType: 'image/png',
    buffer: CONTENT,
  });
  await uploads.getByRole('status').filter({ hasText: 'Uploaded' }).waitFor();
  await lab.type('clear; stat -c "%s by %U" data.bin');
  await lab.shows('300000 by learner');
  const got = await download(() => files.getByRole('link', { name: 'data.bin' }).click());
  t.equal(got.name, 'data.bin');
  t.ok(got.content.equals(CONTENT));
});

await test('a folder is downloaded as tar, and a link downloads its target', async (t) => {
  const tar = await download(() => files.getByRole('link', { name: 'Download work as tar' }).click());
  t.equal(tar.name, 'work.tar');
  t.ok(tar.content.includes('work/one.txt'));
  const linked = await download(() => files.getByRole('button', { name: 'short → work/one.txt' }).click());
  t.equal(linked.content.toString(), 'one\n');
});

await test('dropped files are uploaded, and existing files are replaced only after confirmation', async () => {
  await drop('dropped.txt', 'first');
  await uploads.getByText('dropped.txt').waitFor();
  await files.getByRole('link', { name: 'dropped.txt' }).waitFor();
  await drop('dropped.txt', 'second');
  await page.getByRole('dialog').getByRole('button', { name: 'Keep existing' }).click();
  await lab.type('clear; cat dropped.txt; echo .');
  await lab.shows(/first\./);
  await uploads.getByRole('button', { name: 'Dismiss dropped.txt' }).click();
  await uploads.waitFor({ state: 'detached' });
  await drop('dropped.txt', 'second');
  await page.getByRole('dialog').getByRole('button', { name: 'Replace' }).click();
  await uploads.getByRole('status').filter({ hasText: 'Uploaded' }).waitFor();
  await lab.type('clear; cat dropped.txt; echo .');
  await lab.shows(/second\./);
});

await test('an upload that the machine’s user has no permission for shows the reason', async (t) => {
  await files.getByRole('button', { name: 'Root folder' }).click();
  await files.getByRole('list', { name: 'Files in /', exact: true }).waitFor();
  await drop('no.txt', 'no');
  await uploads.getByRole('alert').filter({ hasText: 'may not write' }).waitFor();
  await uploads.getByRole('button', { name: 'Dismiss no.txt' }).click();
  await uploads.waitFor({ state: 'detached' });
  t.ok(browser.complaints().every((text) => text.includes('403')));
});

await test('the panel is legible on a phone', async (t) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme });
    t.same(await illegible(page), []);
  }
});

/** Drops a file on the panel with the events that browsers send. */
async function drop(name: string, text: string) {
  const dataTransfer = await page.evaluateHandle(
    `(() => { const all = new DataTransfer(); all.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)})); return all; })()`,
  );
  await files.dispatchEvent('dragover', { dataTransfer });
  await files.getByText('Drop to upload here.').waitFor();
  await files.dispatchEvent('drop', { dataTransfer });
}

async function download(act: () => Promise<void>): Promise<{ name: string; content: Buffer }> {
  const coming: Promise<Download> = page.waitForEvent('download');
  await act();
  const file = await coming;
  return { name: file.suggestedFilename(), content: await readFile(await file.path()) };
}
