import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import t, { test } from 'tap';
import type { Locator } from 'playwright-core';
import type { Test } from 'tap';
import { parse } from 'yaml';
import { startBerthWithRegistry } from '../kit/service/berth-with-registry.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { until } from '../kit/basics/until.ts';
import { signIn } from './lab-page.ts';
import { linkFor } from './people.ts';

/** For the steps of all labs. A machine with an engine is slow to start. */
t.setTimeout(900_000);

/** Longest wait within a lab, in milliseconds. Some labs build images. */
const STEP_LIMIT_MS = 120_000;

const LABS = 'labs';

interface Quiz {
  options?: { correct?: boolean }[];
  answer?: string | string[];
}

interface Step {
  solution?: string;
  check?: object;
  checks?: { quiz?: Quiz }[];
}

/** Texts of the page in each language. */
const pages = {
  en: {
    picked: 'English',
    machine: 'Your machine',
    start: 'Start the lab',
    check: 'Check',
    next: 'Next step',
    answer: 'Your answer',
    end: 'End',
    confirmEnd: 'End session',
  },
  ko: {
    picked: '한국어',
    machine: '내 머신',
    start: '실습 시작',
    check: '확인',
    next: '다음 단계',
    answer: '답',
    end: '종료',
    confirmEnd: '세션 종료',
  },
};

type Words = (typeof pages)['en'];

const { berth } = await startBerthWithRegistry(t, {
  BERTH_LABS_DIR: resolve(LABS),
  BERTH_NESTED_DOCKER: 'on',
});
const browser = await startBrowser(t);
const page = await browser.open();
page.setDefaultTimeout(STEP_LIMIT_MS);
const shell = page.locator('.shell:not([hidden])').first();
const screen = shell.locator('.xterm-rows');
const machineOf = (words: Words) => page.getByRole('region', { name: words.machine });
await signIn(page, await linkFor(berth, { name: 'Ada' }));
await until(async () => {
  const { localRegistry } = await berth
    .graphql<{ localRegistry: { images: unknown[] } }>('{ localRegistry { images { name } } }')
    .catch(() => ({ localRegistry: { images: [] } }));
  return localRegistry.images.length >= 2;
});

const folders = (await readdir(LABS, { withFileTypes: true })).filter((entry) => entry.isDirectory());
for (const [place, { name }] of folders.entries()) {
  // The languages alternate, because the solution is the same in both and each run is slow.
  const language = place % 2 === 0 ? 'en' : 'ko';
  await test(`a learner passes ${name} in the browser (${language})`, async (t) => {
    await startLab(name, pages[language]);
    if (name === 'docker-2-1-hello-world') await lookAtHelloWorld(t);
    await passLab(name, pages[language]);
    t.same(browser.complaints(), []);
  });
}

async function startLab(slug: string, words: Words): Promise<void> {
  await page.goto(`${berth.url}/labs/${slug}`);
  await page.locator('article').first().waitFor();
  await page.locator('select').first().selectOption({ label: words.picked });
  await machineOf(words).getByRole('button', { name: words.start }).click();
  await screen
    .filter({ hasText: '$' })
    .waitFor()
    .catch(async (error: Error) => {
      error.message += `\n${await page.locator('body').innerText()}`;
      throw error;
    });
}

/** In Korean, without internet: a drawing, a check before any work, and a command run by a click. */
async function lookAtHelloWorld(t: Test): Promise<void> {
  const step = page.locator('article').first();
  const drawing = step.getByRole('img');
  t.match(await drawing.getAttribute('alt'), '클라이언트가 데몬에 실행을 요청하면');
  await page.waitForFunction("document.querySelector('article img').naturalWidth > 0");
  await step.getByRole('button', { name: pages.ko.check, exact: true }).click();
  await step.getByRole('status').filter({ hasText: '아직 hello-world 이미지가 없습니다.' }).waitFor();
  await step.getByRole('button', { name: '실행', exact: true }).click();
  await screen.filter({ hasText: 'Hello from Docker!' }).waitFor();
}

async function passLab(slug: string, words: Words): Promise<void> {
  const { steps } = parse(await readFile(join(LABS, slug, 'lab.yaml'), 'utf8')) as { steps: Step[] };
  const machine = machineOf(words);
  for (const [place, step] of steps.entries()) {
    const article = page.locator('article').nth(place);
    if (step.solution !== undefined) await type(await scriptOf(slug, step.solution), `step-${place}`);
    await answer(article, step, words);
    if (step.check !== undefined || step.checks !== undefined) {
      await article.getByRole('button', { name: words.check, exact: true }).click();
      await article.and(page.locator('[data-passed=true]')).waitFor();
    }
    if (place < steps.length - 1) await article.getByRole('button', { name: words.next }).click();
  }
  await machine.getByRole('button', { name: words.end, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: words.confirmEnd }).click();
  await machine.getByRole('button', { name: words.end, exact: true }).waitFor({ state: 'detached' });
}

async function scriptOf(slug: string, solution: string): Promise<string> {
  return solution.endsWith('.sh') ? readFile(join(LABS, slug, solution), 'utf8') : solution;
}

/** Enters a script line by line, as a learner who follows the step would, and waits until it has run. */
async function type(script: string, name: string): Promise<void> {
  await shell.locator('.xterm').click();
  const lines = [`cat >/tmp/do <<'DONE'`, ...script.trimEnd().split('\n'), 'DONE'];
  // In one line, because the script's programs may read later input.
  for (const line of [...lines, `clear; bash /tmp/do; echo "${name}-"over`]) {
    await page.keyboard.insertText(line);
    await page.keyboard.press('Enter');
  }
  await screen.filter({ hasText: `${name}-over` }).waitFor();
}

async function answer(article: Locator, { checks = [] }: Step, words: Words): Promise<void> {
  const questions = article.locator('fieldset.question');
  for (const [place, quiz] of checks.flatMap((check) => check.quiz ?? []).entries()) {
    const question = questions.nth(place);
    const right = (quiz.options ?? []).flatMap(({ correct }, option) => (correct ? [option] : []));
    for (const option of right) await question.locator('input').nth(option).check();
    const [typed] = [quiz.answer ?? []].flat();
    if (typed !== undefined) await question.getByLabel(words.answer).fill(typed);
  }
}
