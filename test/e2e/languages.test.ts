import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labsFolder } from '../kit/labs/lab-folders.ts';
import { labPage, openLab, printedLink, signIn } from './lab-page.ts';
import { readable } from './legibility.ts';

const LAB = `languages: [en, ko, de]
title: { en: The command line, ko: 명령줄, de: Die Kommandozeile }
collection: { name: beginnings, title: { en: Beginnings, ko: 시작하기, de: Zu Beginn } }
summary: { en: Look around., ko: 둘러보기., de: Sieh dich um. }
machines:
  - { name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l] }
steps:
  - id: look
    title: { en: Look, ko: 보기, de: Schauen }
    instructions: { en: Look at it., ko: 잘 살펴보세요., de: Sieh es an. }
    checks: [{ id: look, script: checks/look.sh }, { id: seen, file: { path: ~/seen.txt } }]
`;

const CHECK = `#!/bin/bash
case $BERTH_LANGUAGE in
  ko) echo '잘했습니다.' ;;
  de) echo 'Gut gemacht.' ;;
  *) echo 'Well done.' ;;
esac
`;

const labs = await labsFolder(t, {
  lab: { 'lab.yaml': LAB, 'checks/look.sh': CHECK },
  english: { 'lab.yaml': 'title: English only\nmachines: [{ name: main, image: berth/lab-linux }]\n' },
});
const berth = await startBerth(t, { BERTH_LABS_DIR: labs });
const browser = await startBrowser(t);
const page = await browser.open();
const lang = (target = page) => target.evaluate('document.documentElement.lang');
await signIn(page, printedLink(berth));

await test('the catalogue is in the chosen language', async (t) => {
  t.equal(await lang(), 'en');
  await page.getByRole('link', { name: 'The command line' }).getByText('Look around.').waitFor();
  await page.getByLabel('Language').selectOption({ label: '한국어' });
  await page.getByRole('heading', { name: '실습', exact: true }).waitFor();
  const card = page.getByRole('link', { name: '명령줄' });
  await card.getByText('둘러보기.').waitFor();
  await card.getByText('1단계 중 0단계 통과').waitFor();
  t.equal(await lang(), 'ko');
  t.equal(await page.title(), '실습 · Berth');
  const titles = await page.getByRole('heading').allTextContents();
  t.same(
    titles,
    ['실습', '시작하기', '명령줄', '기타 실습', 'English only'],
    'labs are listed under their collections',
  );
  const others = page.getByRole('heading', { name: '기타 실습' });
  t.equal(await others.getAttribute('lang'), null, 'the page’s own texts are in the chosen language');
  const other = page.getByRole('heading', { name: 'English only' });
  t.equal(await other.getAttribute('lang'), 'en', 'a lab without that language says which one it has');
  await readable(t, page);
});

await test('the language is remembered, and a lab uses it', async (t) => {
  await page.reload();
  await page.getByRole('link', { name: '명령줄' }).click();
  await page.getByRole('heading', { level: 1, name: '명령줄' }).waitFor();
  await page.getByText('잘 살펴보세요.').waitFor();
  const machine = page.getByRole('region', { name: '내 머신' });
  await machine.getByRole('button', { name: '실습 시작' }).click();
  await machine.locator('.xterm-rows').filter({ hasText: 'learner@main' }).waitFor();
  await machine.getByText('30분 남음').waitFor();
  const step = labPage(page).step('보기');
  await step.getByRole('button', { name: '확인' }).click();
  await step.locator('output').filter({ hasText: '~/seen.txt이(가) 없습니다. 50 % 완료.' }).waitFor();
  const results = step.getByRole('list', { name: '결과' }).getByRole('listitem');
  t.equal(await results.filter({ hasText: '잘했습니다.' }).locator('p').getAttribute('lang'), 'ko');
  t.equal(
    await results.filter({ hasText: '~/seen.txt이(가) 없습니다.' }).locator('p').getAttribute('lang'),
    null,
  );
  await readable(t, page);
});

await test('changing the language does not disturb running programs', async (t) => {
  const lab = labPage(page);
  const rows = page.locator('.shell:not([hidden]) .xterm-rows');
  await page.locator('.xterm').click();
  await page.keyboard.type('echo "still $((40 + 2))"\n');
  await rows.filter({ hasText: 'still 42' }).waitFor();
  await page.getByLabel('언어').selectOption({ label: 'Deutsch' });
  await lab.title.filter({ hasText: 'Die Kommandozeile' }).waitFor();
  t.equal(await page.locator('.prose').first().getAttribute('lang'), 'de');
  t.equal(await lang(), 'en', 'the page itself is in another language');
  await lab.step('Schauen').getByText('Sieh es an.').waitFor();
  await lab.shows('still 42');
  const step = lab.step('Schauen');
  await step.locator('output').filter({ hasText: '~/seen.txt does not exist.' }).waitFor();
  await lab.type('touch ~/seen.txt');
  await step.getByRole('button', { name: 'Check' }).click();
  await step.getByText('✓ passed').first().waitFor();
  await step.getByRole('paragraph').filter({ hasText: 'Gut gemacht.' }).waitFor();
  await lab.end();
  await lab.machine.getByText('Your session has ended.').waitFor();
});

await test('a browser that prefers Korean starts with it', async (t) => {
  const theirs = await browser.open({ locale: 'ko-KR' });
  await theirs.goto(berth.url);
  await theirs.getByRole('heading', { name: 'Berth에 오신 것을 환영합니다' }).waitFor();
  t.equal(await lang(theirs), 'ko');
  await theirs.getByLabel('언어').selectOption({ label: 'English' });
  await theirs.getByRole('heading', { name: 'Welcome to Berth' }).waitFor();
});

await test('a lab without the language is shown in its own', async (t) => {
  await openLab(page, berth, 'english');
  await page.getByLabel('Language').selectOption({ label: '한국어' });
  await page.getByRole('button', { name: '실습 시작' }).waitFor();
  t.equal(await page.getByRole('heading', { level: 1, name: 'English only' }).getAttribute('lang'), 'en');
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
