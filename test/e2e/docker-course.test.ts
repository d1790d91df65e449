import t, { test } from 'tap';
import type { BerthProcess } from '../support/berth-process.ts';
import { startBerthWithRegistry } from '../support/berth-with-registry.ts';
import { startBrowser } from '../support/browser.ts';
import { bundledLab } from '../support/lab-folders.ts';
import { until } from '../support/until.ts';
import { printedLink, signIn } from './lab-page.ts';

const labs = await bundledLab(t, 'docker-2-1-hello-world');
const { berth } = await startBerthWithRegistry(t, { BERTH_LABS_DIR: labs, BERTH_NESTED_DOCKER: 'on' });
const browser = await startBrowser(t);
const page = await browser.open();
await signIn(page, printedLink(berth));
await page.getByLabel('Language').selectOption({ label: '한국어' });

await test('a drawing of the course is shown, in the language that is read', async (t) => {
  await page.getByRole('link', { name: '도커 2-1. hello-world' }).click();
  const drawing = page.locator('article').first().getByRole('img');
  t.match(await drawing.getAttribute('alt'), '클라이언트가 데몬에 실행을 부탁하면');
  await page.waitForFunction("document.querySelector('article img').naturalWidth > 0");
});

await test('hello-world runs in an engine of the learner, without internet, and the check says so', async () => {
  await until(async () => (await heldTags(berth)).includes('latest'));
  const machine = page.getByRole('region', { name: '내 머신' });
  await machine.getByRole('button', { name: '실습 시작' }).click();
  const screen = machine.locator('.xterm-rows');
  await screen.filter({ hasText: 'learner@main:~$' }).waitFor();

  const step = page.locator('article').first();
  await step.getByRole('button', { name: '확인', exact: true }).click();
  await step.getByRole('status').filter({ hasText: '아직 hello-world 이미지가 없습니다.' }).waitFor();
  await step.getByRole('button', { name: '실행', exact: true }).click();
  await screen.filter({ hasText: 'Hello from Docker!' }).waitFor();
  await step.getByRole('button', { name: '확인', exact: true }).click();
  await step.getByText('인사를 받았습니다.').waitFor();
});

/** The tags of hello-world in the local registry; none before that answers. */
async function heldTags({ graphql }: BerthProcess): Promise<string[]> {
  const { localRegistry } = await graphql<{ localRegistry: { images: { name: string; tags: string[] }[] } }>(
    '{ localRegistry { images { name tags } } }',
  ).catch((error: Error) => {
    if (/local registry/.test(error.message)) return { localRegistry: { images: [] } };
    throw error;
  });
  return localRegistry.images.find(({ name }) => name === 'library/hello-world')?.tags ?? [];
}

await test('no page had anything to complain of', async (t) => {
  t.same(browser.complaints(), []);
});
