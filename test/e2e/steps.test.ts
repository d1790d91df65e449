import t, { test } from 'tap';
import { startBerth } from '../kit/service/berth-process.ts';
import { startBrowser } from '../kit/service/browser.ts';
import { labsFolder } from '../kit/labs/lab-folders.ts';
import { openLab, printedLink, signIn } from './lab-page.ts';
import { readable } from './legibility.ts';

const LAB = `title: Steps
machines: [{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l] }]
steps:
  - id: read
    title: Read this
    instructions: There is nothing to do here.
  - id: answer
    title: Answer this
    instructions: Some questions.
    checks:
      - quiz:
          question: Which command lists *files*?
          options: [the cd, { text: the ls, correct: true }, the pwd]
          explanation: It is short for list.
          attempts: 3
          cost: 25%
      - quiz:
          question: Which of these are shells?
          multiple: true
          options: [{ text: the bash, correct: true }, the cat, { text: the zsh, correct: true }]
      - quiz: { question: How many bits has a byte?, answer: ["8", eight], ignoreCase: true }
  - id: make
    title: Make this
    instructions: Make the file and the folder.
    start: { script: 'echo "came to $PWD" | tr a-z A-Z', foreground: true }
    checks:
      - { title: The file, script: "cat /home/learner/made && echo Well made." }
      - { title: The folder, file: { path: ~/folder, kind: folder } }
  - id: wait
    title: Wait for this
    instructions: It is checked automatically.
    poll: 2
    check: { script: "[ ! -p /home/learner/hold ] || cat /home/learner/hold; [ -e /home/learner/seen ]" }
`;

const labs = await labsFolder(t, { steps: { 'lab.yaml': LAB } });
const berth = await startBerth(t, { BERTH_LABS_DIR: labs });
const browser = await startBrowser(t);
const page = await browser.open();
await signIn(page, printedLink(berth));
const lab = await openLab(page, berth, 'steps');
const step = (title: string) => page.locator('article', { hasText: title });
const head = (title: string) => step(title).getByRole('button', { name: title });
const verdict = (title: string, text: string | RegExp) =>
  step(title).getByRole('list', { name: 'Results' }).getByRole('listitem').filter({ hasText: text });

await test('one step is open, and a button leads to the next', async (t) => {
  t.equal(await head('Read this').getAttribute('aria-expanded'), 'true');
  t.equal(await head('Answer this').getAttribute('aria-expanded'), 'false');
  t.notOk(await step('Answer this').getByText('Some questions.').isVisible());
  await step('Read this').getByRole('button', { name: 'Next step' }).click();
  await step('Answer this').getByText('Some questions.').waitFor();
  t.equal(await head('Read this').getAttribute('aria-expanded'), 'false');
  t.match(await page.evaluate('document.activeElement.textContent'), /Answer this/);
});

await test('wrong answers are reported and cost points, and right ones are explained', async (t) => {
  await lab.start();
  const answer = step('Answer this');
  await answer.getByText('After 3 wrong answers you can’t answer again.').waitFor();
  await answer.getByText('Each wrong answer lowers the score of this question by 25 %.').waitFor();
  await answer.getByLabel('the cd').check();
  await answer.getByLabel('the bash').check();
  await answer.getByLabel('Your answer').fill('nine');
  await answer.getByRole('button', { name: 'Check' }).click();
  await verdict('Answer this', 'That is not right. Answers left: 2.').waitFor();
  await verdict('Answer this', 'Question 3 not passed').waitFor();
  t.equal(await verdict('Answer this', 'It is short for list.').count(), 0);
  t.equal(await verdict('Answer this', 'not passed').count(), 3);
  t.equal(await answer.getByText('✓ passed').count(), 0);
  await readable(t, page);

  await answer.getByLabel('the ls').check();
  await answer.getByLabel('the zsh').check();
  await answer.getByLabel('Your answer').fill('EIGHT');
  await page.keyboard.press('Enter');
  await answer.getByText('✓ passed').waitFor();
  await verdict('Answer this', 'It is short for list.').waitFor();
  await page.getByText('1 of 3 steps passed').waitFor();
});

await test('entering a step prepares it once, visibly to the learner', async (t) => {
  await step('Answer this').getByRole('button', { name: 'Next step' }).click();
  await lab.shows('CAME TO /HOME/LEARNER');
  await head('Make this').click();
  await lab.type('clear; echo "one $((1 + 1))"');
  await lab.shows('one 2');
  await head('Make this').click();
  await step('Make this').getByText('Make the file and the folder.').waitFor();
  await page.reload();
  await lab.prompt();
  t.equal(await head('Make this').getAttribute('aria-expanded'), 'true', 'the first one that is not passed');
  await lab.type('clear; echo "two $((1 + 2))"');
  await lab.shows('two 3');
  t.equal(await lab.rows.filter({ hasText: 'CAME TO' }).count(), 0);
});

await test('each check of a step shows its finding', async () => {
  await lab.type('echo content > made; echo "four $((1 + 4))"');
  await lab.shows('four 5');
  await step('Make this').getByRole('button', { name: 'Check' }).click();
  const file = verdict('Make this', 'The file passed');
  await file.waitFor();
  await verdict('Make this', 'The folder not passed').waitFor();
  await step('Make this').getByText('50 % done.').waitFor();
  await file.getByText('Details').click();
  await file.locator('pre').filter({ hasText: 'content' }).waitFor();

  await lab.type('mkdir folder; echo "three $((1 + 3))"');
  await lab.shows('three 4');
  await step('Make this').getByRole('button', { name: 'Check' }).click();
  await step('Make this').getByText('✓ passed').waitFor();
});

/** The lab's counts for its last step. */
async function counted() {
  const { lab } = await berth.graphql<{ lab: { progress: { steps: { id: string }[] } } }>(
    '{ lab(slug: "steps") { progress { steps { id attempts failures passed } } } }',
  );
  return lab.progress.steps.find(({ id }) => id === 'wait');
}

/** Resolves with the answer to the page's next check. */
async function checked() {
  const response = await page.waitForResponse((each) => /RunCheck/.test(each.request().postData() ?? ''));
  return response.json();
}

await test('a step with polling is checked automatically while it is open, and failures do not count', async (t) => {
  await step('Make this').getByRole('button', { name: 'Next step' }).click();
  await step('Wait for this').getByText('This step is checked automatically.').waitFor();
  for (const answer of [await checked(), await checked()]) {
    t.match(answer, { data: { runCheck: { attempt: { passed: false, finding: { code: 'NOT_YET' } } } } });
  }
  t.match(await counted(), { attempts: 0, failures: 0, passed: false });
});

await test("a learner's check waits for a running poll, and then counts", async (t) => {
  const waiting = step('Wait for this');
  // The shell passes the pipe once a check waits at the other end.
  await lab.type('mkfifo hold; exec 9> hold; clear; echo "held $((1 + 5))"');
  await lab.shows('held 6');
  await waiting.getByRole('button', { name: 'Check' }).click();
  await waiting.getByRole('button', { name: 'Checking…' }).waitFor();
  await lab.type('rm hold; exec 9>&-');
  await waiting.getByRole('button', { name: 'Check', exact: true }).waitFor();
  t.match(await counted(), { attempts: 1, failures: 1, passed: false });
  t.equal(await waiting.getByText('A check of this step is already running').count(), 0);
});

/** Checks the last step from another client, as soon as no check of it runs. */
async function checkElsewhere(): Promise<void> {
  const { sessions } = await berth.graphql<{ sessions: { edges: { node: { id: string } }[] } }>(
    '{ sessions(first: 1, lab: "steps") { edges { node { id } } } }',
  );
  const input = `{ session: "${sessions.edges[0]?.node.id}", step: "wait" }`;
  for (;;) {
    try {
      await berth.graphql(`mutation { runCheck(input: ${input}) { attempt { passed } } }`);
      return;
    } catch (error) {
      if (!/is running/.test(String(error))) throw error;
    }
  }
}

await test("a learner's check also waits for one of their other pages", async (t) => {
  const waiting = step('Wait for this');
  // Closed, it does not poll.
  await head('Wait for this').click();
  await lab.type('mkfifo hold; clear; echo "pipe $((1 + 6))"; exec 9> hold; echo "held $((1 + 7))"');
  await lab.shows('pipe 7');
  const elsewhere = checkElsewhere();
  await lab.shows('held 8');
  await head('Wait for this').click();
  const refused = page.waitForResponse((each) => /"poll":false/.test(each.request().postData() ?? ''));
  await waiting.getByRole('button', { name: 'Check' }).click();
  t.match(await (await refused).json(), { errors: [{ extensions: { code: 'CHECK_BUSY' } }] });
  await waiting.getByRole('button', { name: 'Checking…' }).waitFor();
  await lab.type('rm hold; exec 9>&-');
  await waiting.getByRole('button', { name: 'Check', exact: true }).waitFor();
  await elsewhere;
  t.match(await counted(), { attempts: 3, failures: 3, passed: false });
  t.equal(await waiting.getByText('A check of this step is already running').count(), 0);
});

await test('a poll counts once it passes', async (t) => {
  await lab.type('touch seen');
  await step('Wait for this').getByText('✓ passed').waitFor();
  await page.getByText('3 of 3 steps passed').waitFor();
  t.equal(await step('Wait for this').getByText('This step is checked automatically.').count(), 0);
  t.match(await counted(), { attempts: 4, failures: 3, passed: true });
});

await test('the browser logged no errors', async (t) => {
  t.same(browser.complaints(), []);
});
