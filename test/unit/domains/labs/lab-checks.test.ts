import t from 'tap';
import { labOf, labWithCheck } from '../../../kit/labs/lab-of.ts';

const anyText = { contains: [], matches: undefined, equals: undefined };
const common = { id: 'check', title: undefined, weight: 1 };
const inMain = { ...common, machine: 'main', timeoutSeconds: 10 };
const byRoot = { ...inMain, user: 'root' };

const right: [name: string, check: string, read: object][] = [
  ['a script in a file', 'script: a.sh', { ...byRoot, kind: 'script', script: 'true\n' }],
  ['an inline script', 'script: "test -d /srv"', { ...byRoot, kind: 'script', script: 'test -d /srv' }],
  [
    'a script in a restricted machine',
    'script: a.sh, machine: locked, timeout: 0.5',
    { ...byRoot, kind: 'script', script: 'true\n', machine: 'locked', user: 'learner', timeoutSeconds: 0.5 },
  ],
  [
    'a trusted script',
    'script: a.sh, trusted: true',
    { ...inMain, kind: 'trusted', script: 'true\n', image: undefined, paths: [], engine: false },
  ],
  [
    'a trusted script with copied paths',
    'script: a.sh, machine: bare, trusted: { image: busybox, paths: [/home/learner] }',
    {
      ...inMain,
      kind: 'trusted',
      machine: 'bare',
      script: 'true\n',
      image: 'busybox',
      paths: ['/home/learner'],
      engine: false,
    },
  ],
  [
    'a question with options',
    'quiz: { question: Which one?, options: [This, { text: That, correct: true }], explanation: So it is., attempts: 2, cost: 25% }',
    {
      ...common,
      kind: 'quiz',
      question: { en: 'Which one?' },
      explanation: { en: 'So it is.' },
      attempts: 2,
      cost: 0.25,
      answer: {
        kind: 'choice',
        multiple: false,
        options: [
          { text: { en: 'This' }, correct: false },
          { text: { en: 'That' }, correct: true },
        ],
      },
    },
  ],
  [
    'a question with several right options',
    'quiz: { question: { en: Which? }, multiple: true, options: [{ text: { en: a }, correct: true }, { en: b }, { text: c, correct: true }] }',
    {
      ...common,
      kind: 'quiz',
      question: { en: 'Which?' },
      explanation: undefined,
      attempts: undefined,
      cost: 0,
      answer: {
        kind: 'choice',
        multiple: true,
        options: [
          { text: { en: 'a' }, correct: true },
          { text: { en: 'b' }, correct: false },
          { text: { en: 'c' }, correct: true },
        ],
      },
    },
  ],
  [
    'a question with a text answer',
    'quiz: { question: How many?, answer: " 12 " }',
    {
      ...common,
      kind: 'quiz',
      question: { en: 'How many?' },
      explanation: undefined,
      attempts: undefined,
      cost: 0,
      answer: { kind: 'text', answers: ['12'], match: 'exact', ignoreCase: false },
    },
  ],
  [
    'a question with several answers',
    'quiz: { question: How many?, answer: ["^12", twelve], match: pattern, ignoreCase: true }',
    {
      ...common,
      kind: 'quiz',
      question: { en: 'How many?' },
      explanation: undefined,
      attempts: undefined,
      cost: 0,
      answer: { kind: 'text', answers: ['^12', 'twelve'], match: 'pattern', ignoreCase: true },
    },
  ],
  [
    'a file',
    'file: { path: ~/a.txt }',
    {
      ...byRoot,
      kind: 'file',
      file: {
        path: '~/a.txt',
        exists: true,
        kind: undefined,
        content: anyText,
        mode: undefined,
        owner: undefined,
      },
    },
  ],
  [
    'a file with every property',
    'user: learner, file: { path: /a, kind: file, contains: x, matches: "^y", equals: z, mode: 0600, owner: learner }',
    {
      ...byRoot,
      user: 'learner',
      kind: 'file',
      file: {
        path: '/a',
        exists: true,
        kind: 'file',
        content: { contains: ['x'], matches: '^y', equals: 'z' },
        mode: 0o600,
        owner: 'learner',
      },
    },
  ],
  [
    'a file that must not exist',
    'file: { path: /a, exists: false }',
    {
      ...byRoot,
      kind: 'file',
      file: {
        path: '/a',
        exists: false,
        kind: undefined,
        content: anyText,
        mode: undefined,
        owner: undefined,
      },
    },
  ],
  [
    'a shell command',
    'command: { run: "ls | wc -l", contains: [a, b] }',
    {
      ...byRoot,
      kind: 'command',
      command: {
        run: ['/bin/sh', '-c', 'ls | wc -l'],
        exit: 0,
        output: { ...anyText, contains: ['a', 'b'] },
      },
    },
  ],
  [
    'a command with separate arguments',
    'command: { run: [ls, ""], exit: 2 }',
    { ...byRoot, kind: 'command', command: { run: ['ls', ''], exit: 2, output: anyText } },
  ],
  [
    'a web server',
    'http: { port: 80 }',
    {
      ...inMain,
      kind: 'http',
      http: { port: 80, path: '/', method: 'GET', headers: {}, https: false, status: 200, body: anyText },
    },
  ],
  [
    'a web server with every property',
    'machine: bare, http: { port: 443, path: "/a?b=c", method: POST, headers: { X-A: "1" }, https: true, status: 404, equals: none }',
    {
      ...inMain,
      machine: 'bare',
      kind: 'http',
      http: {
        port: 443,
        path: '/a?b=c',
        method: 'POST',
        headers: { 'X-A': '1' },
        https: true,
        status: 404,
        body: { ...anyText, equals: 'none' },
      },
    },
  ],
];

for (const [name, check, read] of right) {
  await t.test(`reads ${name} with every default`, async (t) => {
    t.same((await labOf(t, labWithCheck(check))).steps[0]?.checks, [read]);
  });
}
