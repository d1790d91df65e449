import { createLinter, loadTextlintrc } from 'textlint';
import { test } from 'tap';

const configFilePath = new URL('../../.textlintrc.json', import.meta.url).pathname;

/** Sentences of former versions of the documents, each with its rewrite. */
const PAIRS: [before: string, after: string][] = [
  [
    'A file of the holder that can not be removed stays.',
    'A file of the agent that cannot be removed stays.',
  ],
  ['A lab is begun anew when its learner asks for it.', 'A learner can restart a lab from the start.'],
  [
    '`npx berth doctor` looks at the whole machine and says what is missing, each with its mend.',
    '`npx berth doctor` checks the whole machine. It lists each problem and how to fix it.',
  ],
  [
    'Terminals have several viewers; all are told who is there.',
    'Terminals have several viewers. The service notifies each viewer of the others.',
  ],
  [
    '`berth labs validate` tells of misspelt words after blocks of code.',
    '`berth labs validate` reports misspelled words after blocks of code.',
  ],
  [
    'Environments made ahead, also for Monday at nine.',
    'Prewarmed environments, also by a schedule such as Monday at nine.',
  ],
  [
    'Sessions are put away, to be gone on with another day.',
    'Learners save sessions and resume them on another day.',
  ],
  ['What ends by itself is saved.', 'The service saves a session that it ends automatically.'],
  [
    'One that stops reading would hold it for ever.',
    'A client that stops reading would hold the lock forever.',
  ],
  [
    'A terminal is recorded, where its lab or its course has it so.',
    'The service records a terminal if its lab or its course requires recording.',
  ],
  [
    'The newest of its output is kept, numbered by byte, for who comes back and for other viewers.',
    'The service keeps the newest output and numbers it by byte, so reconnecting clients can catch up.',
  ],
  [
    'Who reads environments that can change hands reads the giver before the taker.',
    'Code that reads environments reads the pool of warm environments before the sessions.',
  ],
  [
    'The engine lays down each archive in a folder, which lies on its own disk.',
    'The engine unpacks each archive in a folder on its own disk.',
  ],
  [
    'A shell goes on without any, and what is typed is carried past the engine.',
    'A shell keeps running with no viewers, and input reaches it without the engine.',
  ],
  [
    'The registry is looked after every minute, also when it is out of reach.',
    'The service checks the registry every minute, even if it does not answer.',
  ],
];

async function problems(text: string): Promise<string[]> {
  const linter = createLinter({ descriptor: await loadTextlintrc({ configFilePath }) });
  const { messages } = await linter.lintText(text, 'page.md');
  return messages.map(({ message }) => message);
}

await test('the prose linter refuses sentences in old-fashioned English and accepts their rewrites', async (t) => {
  for (const [before, after] of PAIRS) {
    t.not((await problems(before)).length, 0, before);
    t.same(await problems(after), [], after);
  }
});

await test('the prose linter says what to write instead', async (t) => {
  const [message] = await problems('The service can not start.');
  t.match(message, /can not => cannot/);
});

await test('the prose linter reads headings, lists, tables, links and quotes', async (t) => {
  for (const text of [
    '# Begun anew',
    '- begun anew',
    '| a |\n| --- |\n| begun anew |',
    '[begun anew](page.md)',
    '> begun anew',
  ]) {
    t.equal((await problems(text)).length, 2, text);
  }
});

await test('the prose linter leaves code alone', async (t) => {
  t.same(await problems('Run `berth mend` first.\n\n```sh\necho "it can not be mended"\n```\n'), []);
});
