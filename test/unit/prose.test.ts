import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createLinter, loadTextlintrc } from 'textlint';
import { test } from 'tap';

const configFilePath = new URL('../../.textlintrc.json', import.meta.url).pathname;
const sourceConfig = new URL('../../.textlintrc.source.json', import.meta.url).pathname;

/** Shortened sentences of earlier documents, each with its rewrite. */
const PAIRS: [before: string, after: string][] = [
  [
    'Sessions are saved and resumed on other containers; what ends by itself is saved.',
    'Learners save a session and resume it later. Berth also saves sessions that it ends automatically.',
  ],
  [
    'The newest of its output is kept, numbered by byte, for who comes back and for other viewers.',
    'The newest output is kept and numbered by byte, so reconnecting clients and new viewers can catch up.',
  ],
  [
    'A shell goes on through a broken line, a reload, and a killed service.',
    'Shells survive broken connections, page reloads and a killed service.',
  ],
  [
    'At start, and every now and then, the reconciler compares the two.',
    'The reconciler compares the two at the start and at intervals.',
  ],
  [
    'Who reads environments that can change hands reads the giver before the taker.',
    'Code that reads environments reads the giver before the taker.',
  ],
  ['Steps with nothing to do are not told.', 'It does not print steps that have nothing to do.'],
  [
    'Below the address stands a sign-in link for the first admin.',
    'The line below the address is a sign-in link for the first admin.',
  ],
  [
    'A start that finds no room waits in a queue.',
    'If there is no capacity for a start, it waits in a queue.',
  ],
  ['Nothing is begun beyond what there is.', 'Nothing starts beyond the capacity.'],
  [
    '`npx berth doctor` looks at the whole machine and says what is missing, each with its mend.',
    '`npx berth doctor` checks the whole machine. It lists each problem and how to fix it.',
  ],
  [
    '`berth labs validate` tells of misspelt words after blocks of code.',
    '`berth labs validate` reports misspelled words after code blocks.',
  ],
  ['A shell waits in machines that are made ahead', 'A shell waits in prewarmed machines'],
  [
    'A client on a slow line would hold it for minutes, one that stops reading for ever.',
    'A slow client would hold the lock for minutes, and a client that stops reading would hold it forever.',
  ],
  [
    'Layers on their way that come to more than the limit are broken off.',
    'If the layers of running downloads exceed the limit, their downloads are aborted.',
  ],
  ['Files are carried past the engine in the same way.', 'File transfers use the same direct way.'],
  [
    '`npm start` sets up everything on a bare Debian, with or without a registry in reach.',
    '`npm start` sets up everything on a bare Debian, with or without a reachable registry.',
  ],
  [
    'They are looked after every minute, and made anew when their image has changed.',
    'Berth checks them every minute, and recreates them if their image has changed.',
  ],
  [
    'Output passes the engine if the service can not reach into the machine.',
    'If the service cannot access the machine directly, output goes through the engine.',
  ],
  [
    'A terminal is recorded, where its lab or its course has it so.',
    'A terminal is recorded if its lab or its course requires it.',
  ],
  [
    'There are sessions without anything there, put away, to be gone on with another day.',
    'Saved sessions have nothing there, and resume on other containers.',
  ],
  [
    'What it is to see of the machine, the engine copies, not a program in the machine.',
    'The engine, not a program in the machine, copies the files that it needs.',
  ],
  [
    'Every learner has a container and a network of their own.',
    'Every learner has their own container and network.',
  ],
  [
    "`berth attach <session>` works in a session's machine from one's own terminal.",
    "`berth attach <session>` opens a session's machine in your own terminal.",
  ],
  [
    'Where none answers, and Berth runs as root, it installs an engine.',
    'If no engine answers, and Berth runs as root, it installs an engine.',
  ],
  [
    'Versions that were not started for `BERTH_PIN_DAYS` let go of theirs within an hour.',
    'Berth releases the images of an old version within an hour.',
  ],
];

async function problems(text: string, file = 'page.md', config = configFilePath): Promise<string[]> {
  const linter = createLinter({ descriptor: await loadTextlintrc({ configFilePath: config }) });
  const { messages } = await linter.lintText(text, file);
  return messages.map(({ message }) => message);
}

await test('the prose linter rejects sentences in old-fashioned English and accepts their rewrites', async (t) => {
  for (const [before, after] of PAIRS) {
    t.not((await problems(before)).length, 0, before);
    t.same(await problems(after), [], after);
  }
});

await test('the prose linter suggests a replacement', async (t) => {
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

await test('the prose linter ignores code', async (t) => {
  t.same(await problems('Run `berth mend` first.\n\n```sh\necho "it can not be mended"\n```\n'), []);
});

await test('in sources, it reads comments, strings and names, but not paths', async (t) => {
  for (const [file, line] of [
    ['store.ts', '/** What is put right anew. */'],
    ['screen.tsx', "const text = 'It can not be mended.';"],
    ['setup.mjs', 'const mend = await begun;'],
    ['types.graphql', '"It was begun, and mended."'],
    ['models.prisma', '/// What is put right anew.'],
  ] as const) {
    t.equal((await problems(line, file, sourceConfig)).length, 2, line);
  }
  t.same(await problems("import { open } from './holder/carrier.ts';", 'store.ts', sourceConfig), []);
});

await test('a line of a comment has at most 125 characters', async (t) => {
  const long = 'word '.repeat(25);
  const tooLong = [`/** ${long} */`, ` * ${long}`, `  // ${long}`, `/// ${long}`];
  const accepted = [` * ${'word '.repeat(23)}`, `const text = '${long}';`];
  t.same(await longLines([...tooLong, ...accepted].join('\n')), [1, 2, 3, 4]);
});

/**
 * Returns the numbers of the lines that are reported as too long. Runs the command as `npm run lint` does: only that
 * loads the rules of this repository.
 */
async function longLines(text: string): Promise<number[]> {
  const cwd = fileURLToPath(new URL('../../', import.meta.url));
  const options = ['-c', '.textlintrc.source.json', '--rulesdir', '.textlint/rules', '--format', 'json'];
  const command = [
    'node_modules/textlint/bin/textlint.js',
    ...options,
    '--stdin',
    '--stdin-filename',
    'a.ts',
  ];
  const running = promisify(execFile)(process.execPath, command, { cwd });
  running.child.stdin?.end(text);
  // It exits with 1 if it reports a problem.
  const { stdout } = await running.catch((error: { stdout: string }) => error);
  const [file] = JSON.parse(stdout) as { messages: { ruleId: string; line: number }[] }[];
  const found = file?.messages.filter(({ ruleId }) => ruleId === 'comment-length') ?? [];
  return found.map(({ line }) => line);
}
