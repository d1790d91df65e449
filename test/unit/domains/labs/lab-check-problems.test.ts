import t from 'tap';
import { labWithCheck, problemsOf } from '../../../kit/labs/lab-of.ts';

const KINDS = '"script", "quiz", "file", "command", "http"';

const wrong: [name: string, check: string, ...reported: string[]][] = [
  ['no kind', 'user: root', `: must be a mapping with one of the keys ${KINDS}`],
  [
    'an unknown kind',
    'comand: { run: ls }',
    `: must be a mapping with one of the keys ${KINDS}; did you mean "command"?`,
  ],
  [
    'two kinds',
    'script: a.sh, http: { port: 80 }',
    '.http: must be left out: the check has "script", and a check has only one kind',
  ],
  [
    'a key of another kind',
    'quiz: { question: a b, answer: c }, machine: main',
    '.machine: unknown key: use quiz, id, title, weight',
  ],
  [
    'a user for a web server',
    'http: { port: 80 }, user: root',
    '.user: unknown key: use http, id, title, weight, machine, timeout',
  ],
  [
    'an unknown nested key',
    'file: { path: /a, conatins: x }',
    '.file.conatins: unknown key; did you mean "contains"?',
  ],
  ['a weight of zero', 'script: a.sh, weight: 0', '.weight: must be more than 0'],
  [
    'a user for a trusted script',
    'script: a.sh, trusted: true, user: root',
    '.user: must be left out: a trusted check runs in a separate container',
  ],
  [
    'an invalid value of "trusted"',
    'script: a.sh, trusted: please',
    '.trusted: must be true, or a mapping with "image", "paths" and "engine"',
  ],
  [
    'a relative path',
    'script: a.sh, trusted: { paths: [home] }',
    '.trusted.paths[0]: must be an absolute path, such as "/home/learner"; "~/" is not supported here',
  ],
  [
    'a path in the home of an unknown user',
    'script: a.sh, trusted: { paths: [/srv, ~/app] }',
    '.trusted.paths[1]: must be an absolute path, such as "/home/learner"; "~/" is not supported here',
  ],
  [
    'no user to run it',
    'file: { path: /a }, machine: bare',
    '.user: is missing: the "restricted" machine has no user, so a check must name one',
  ],
  [
    'a missing machine',
    'http: { port: 80 }, machine: web',
    '.machine: there is no machine "web": the lab has main, locked, bare',
  ],
  ['a question without answer', 'quiz: { question: a b }', '.quiz: must have "options" or an "answer"'],
  [
    'a question with both kinds of answers',
    'quiz: { question: a b, options: [a, { text: b, correct: true }], answer: c, ignoreCase: true }',
    '.quiz.answer: must be left out together with "options"',
    '.quiz.ignoreCase: must be left out together with "options"',
  ],
  [
    'no right option',
    'quiz: { question: a b, options: [a, b] }',
    '.quiz.options: must have a correct one, with "correct: true"',
  ],
  [
    'two right options for one choice',
    'quiz: { question: a b, options: [{ text: a, correct: true }, { text: b, correct: true }] }',
    '.quiz.options: must have only one correct option, unless the question has "multiple: true"',
  ],
  [
    'an option with an unknown key',
    'quiz: { question: a b, options: [a, { text: b, corect: true }] }',
    '.quiz.options[1].corect: unknown key; did you mean "correct"?',
    '.quiz.options: must have a correct one, with "correct: true"',
  ],
  [
    'multiple choice with a text answer',
    'quiz: { question: a b, answer: c, multiple: true }',
    '.quiz.multiple: must be left out together with "answer"',
  ],
  [
    'an answer that is a number',
    'quiz: { question: a b, answer: 12 }',
    '.quiz.answer: must be a text, or a list of these',
  ],
  [
    'an answer that is not a pattern',
    'quiz: { question: a b, answer: [ok, "(a"], match: pattern }',
    '.quiz.answer[1]: must be a regular expression: missing closing ): `(a`',
  ],
  [
    'a file that is not a pattern',
    'file: { path: /a, matches: "a(?=b)" }',
    '.file.matches: must be a regular expression: invalid or unsupported Perl syntax: `(?=`; lookaround and back references are not supported, see https://github.com/google/re2/wiki/Syntax',
  ],
  [
    'properties of a file that must not exist',
    'file: { path: /a, exists: false, mode: 0600 }',
    '.file.mode: must be left out: with "exists: false", nothing else can be checked',
  ],
  [
    'the text of a folder',
    'file: { path: /a, kind: folder, contains: x }',
    '.file.contains: must be left out: a folder has no content to compare',
  ],
  ['an empty command', 'command: { run: [] }', '.command.run: must have at least 1 entries'],
  ['an invalid exit code', 'command: { run: ls, exit: 256 }', '.command.exit: must be at most 255'],
  ['an invalid port', 'http: { port: 0 }', '.http.port: must be 1 to 65535'],
  [
    'a path with a space',
    'http: { port: 80, path: "/a b" }',
    '.http.path: must start with "/" and be URL-encoded, such as "/a?b=c%20d"',
  ],
  [
    'a header with several lines',
    'http: { port: 80, headers: { X: "a\\r\\nY: b" } }',
    '.http.headers.X: must be a single line of ASCII characters',
  ],
  [
    'an unknown method',
    'http: { port: 80, method: get }',
    '.http.method: must be "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS"; did you mean "GET"?',
  ],
];

for (const [name, check, ...reported] of wrong) {
  await t.test(`rejects ${name} with an explanation`, async (t) => {
    t.same(
      await problemsOf(t, labWithCheck(check)),
      reported.map((one) => `lab.yaml:3: steps[0].check${one}`),
    );
  });
}
