import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import type { Lab } from '../../../../../src/domains/labs/lab.ts';
import { labIn, labsFolder, problemsIn, smallLab } from '../../../../kit/labs/lab-folders.ts';
import type { Files } from '../../../../kit/labs/lab-folders.ts';

const MACHINES = 'machines: [{ name: main, image: berth/lab-linux }]\n';

async function problemsOf(t: Test, files: Files, slug = 'x'): Promise<string[]> {
  return problemsIn(join(await labsFolder(t, { [slug]: files }), slug));
}

async function labOf(t: Test, files: Files): Promise<Lab> {
  return labIn(join(await labsFolder(t, { x: files }), 'x'));
}

await t.test('the smallest lab gets all defaults', async (t) => {
  const lab = await labOf(t, smallLab('Small'));
  t.match(lab, {
    slug: 'x',
    version: /^[0-9a-f]{64}$/,
    languages: ['en'],
    title: { en: 'Small' },
    summary: { en: '' },
    introduction: { en: '' },
    conclusion: { en: '' },
    networks: [{ name: 'lab', internet: false }],
    steps: [],
    lifetime: { idleMinutes: 30, totalMinutes: 120, maxMinutes: 240 },
    warm: { count: 0, schedule: [] },
    machines: [
      {
        networks: ['lab'],
        volumes: [],
        profile: 'standard',
        memoryBytes: 256 * 1024 * 1024,
        cpus: 1,
        pids: 256,
        environment: {},
      },
    ],
  });
});

await t.test('reads every key', async (t) => {
  const lab = await labOf(t, {
    'lab.yaml': `
title: All
summary: Everything
minutes: 15
machines:
  - name: main
    image: berth/lab-linux
    profile: restricted
    user: learner
    shell: [/bin/bash, -l]
    memory: 1 GiB
    cpus: "0.5"
    pids: 100
    environment: { GREETING: hello }
  - { name: db, image: postgres, networks: [back], volumes: [/var/lib/postgresql] }
networks: { front: internet, back: isolated }
lifetime: { idle: 5, total: 10, max: 20 }
warm: { count: 2, schedule: ["Monday 09:00, 60"] }
introduction: intro.md
conclusion: ./finish.md
steps:
  - id: one
    title: One
    instructions: steps/01.md
    check: { script: checks/01.sh, machine: db, user: postgres, timeout: 2.5 }
  - { id: two, title: Two, instructions: steps/01.md, check: { script: checks/01.sh } }
  - { id: three, title: Three, instructions: steps/01.md, check: { script: checks/01.sh, machine: db } }
  - { id: four, title: Four, instructions: steps/01.md }
`,
    'intro.md': '# Hello\n',
    'finish.md': '# Bye\n',
    'steps/01.md': 'Do it.\n',
    'checks/01.sh': '#!/bin/bash\r\ntrue\r\n',
  });
  t.match(lab, {
    minutes: 15,
    networks: [
      { name: 'front', internet: true },
      { name: 'back', internet: false },
    ],
    introduction: { en: '# Hello\n' },
    conclusion: { en: '# Bye\n' },
    lifetime: { idleMinutes: 5, totalMinutes: 10, maxMinutes: 20 },
    warm: { count: 2, schedule: [{ days: [1], hour: 9, minute: 0, count: 60 }] },
    machines: [
      {
        name: 'main',
        profile: 'restricted',
        user: 'learner',
        shell: ['/bin/bash', '-l'],
        memoryBytes: 1024 ** 3,
        cpus: 0.5,
        pids: 100,
        environment: { GREETING: 'hello' },
        networks: ['front', 'back'],
      },
      { name: 'db', user: undefined, networks: ['back'], volumes: ['/var/lib/postgresql'] },
    ],
  });
  const script = '#!/bin/bash\ntrue\n';
  const check = { kind: 'script', id: 'check', title: undefined, weight: 1, script, timeoutSeconds: 10 };
  t.same(
    lab.steps.map(({ checks }) => checks),
    [
      [{ ...check, machine: 'db', user: 'postgres', timeoutSeconds: 2.5 }],
      [{ ...check, machine: 'main', user: 'learner' }],
      [{ ...check, machine: 'db', user: 'root' }],
      [],
    ],
  );
});

await t.test('reports several problems at once, each at its line and key', async (t) => {
  const problems = await problemsOf(t, {
    'lab.yaml': `title: ""
sumary: hi
machines:
  - { name: Main, image: x, memory: 256, cpu: 1 }
  - name: b
    image: x
    profile: standart
    environment: { PORT: 8080 }
  - { name: b, image: x, profile: restricted, user: root }
lifetime: { idle: 100, total: 50 }
steps:
  - id: a
    title: fine
    instructions: ../x.md
    check: { script: checks/02.sh, machine: c }
  - id: a
    instructions: steps/01.md
`,
  });
  t.same(problems, [
    'labs/x/lab.yaml:1: title: must not be empty',
    'labs/x/lab.yaml:2: sumary: unknown key; did you mean "summary"?',
    'labs/x/lab.yaml:4: machines[0].name: must have only lower-case letters, digits and hyphens, and start with a letter, such as "main"',
    'labs/x/lab.yaml:4: machines[0].memory: must be a size with its unit, such as "256 MiB", from 16 MiB to 1 TiB',
    'labs/x/lab.yaml:4: machines[0].cpu: unknown key; did you mean "cpus"?',
    'labs/x/lab.yaml:7: machines[1].profile: must be "standard" or "restricted" or "nested"; did you mean "standard"?',
    'labs/x/lab.yaml:8: machines[1].environment.PORT: must be a text: put it in quotes',
    'labs/x/lab.yaml:9: machines[2].name: "b" is used twice: each name must be unique',
    'labs/x/lab.yaml:9: machines[2].user: must not be root: the profile is "restricted"',
    'labs/x/lab.yaml:10: lifetime.total: must not be less than "idle"',
    'labs/x/lab.yaml:14: steps[0].instructions: "../x.md" is outside the lab\'s folder: use a path inside it, such as "steps/01.md"',
    'labs/x/lab.yaml:15: steps[0].check.script: the file "checks/02.sh" is missing',
    'labs/x/lab.yaml:15: steps[0].check.machine: there is no machine "c": the lab has Main, b, b',
    'labs/x/lab.yaml:16: steps[1].title: is missing',
    'labs/x/lab.yaml:16: steps[1].id: "a" is used twice: each id must be unique',
    'labs/x/lab.yaml:17: steps[1].instructions: the file "steps/01.md" is missing',
  ]);
});

const brokenYaml: [name: string, text: string, reported: RegExp][] = [
  ['nothing', '', /^labs\/x\/lab\.yaml:1: must be a mapping of keys/],
  ['a list', '- one\n', /^labs\/x\/lab\.yaml:1: must be a mapping of keys/],
  ['a list with a duplicate key', 'title: a\ntitle: b\n', /^labs\/x\/lab\.yaml:2: .*unique/],
  ['an open bracket', `title: a\nmachines: [{ name: main\n`, /^labs\/x\/lab\.yaml:\d: /],
  ['an unknown anchor', `title: *nowhere\n${MACHINES}`, /^labs\/x\/lab\.yaml:1: .*nowhere/],
  ['two documents', 'title: a\n---\ntitle: b\n', /^labs\/x\/lab\.yaml:\d: .*document/i],
  ['an unknown tag', `title: !secret a\n${MACHINES}`, /^labs\/x\/lab\.yaml:1: .*tag/i],
  [
    'anchors that grow without limit',
    `a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: [*c, *c, *c, *c, *c, *c, *c, *c]\n`,
    /^labs\/x\/lab\.yaml:1: .*alias/,
  ],
  ['a key that is not text', `1: a\n`, /^labs\/x\/lab\.yaml:1: /],
  [
    'a key of JavaScript objects',
    `title: a\n__proto__: { x: 1 }\n${MACHINES}`,
    /lab\.yaml:2: __proto__: unknown key/,
  ],
];

for (const [name, text, reported] of brokenYaml) {
  await t.test(`a lab.yaml with ${name} is rejected at its line`, async (t) => {
    t.match((await problemsOf(t, { 'lab.yaml': text }))[0], reported);
  });
}

await t.test('a value out of range is reported with the limits', async (t) => {
  const problems = await problemsOf(t, {
    'lab.yaml': `title: ${'x'.repeat(121)}
minutes: 1.5
machines: []
lifetime: { total: 0 }
network: maybe
steps:
  - { id: a, title: "one\\ntwo", instructions: a.md, check: { script: b.md, timeout: 601 } }
`,
    'a.md': '\n \n',
    'b.md': 'x',
  });
  t.same(problems, [
    'labs/x/lab.yaml:1: title: must have at most 120 characters',
    'labs/x/lab.yaml:2: minutes: must be a whole number',
    'labs/x/lab.yaml:3: machines: must have at least 1 entries',
    'labs/x/lab.yaml:4: lifetime.total: must be more than 0',
    'labs/x/lab.yaml:5: network: must be "none" or "isolated" or "internet"',
    'labs/x/lab.yaml:7: steps[0].title: must be a single line',
    'labs/x/lab.yaml:7: steps[0].instructions: the file "a.md" is empty',
    'labs/x/lab.yaml:7: steps[0].check.timeout: must be at most 600',
  ]);
});

await t.test('machines of a lab without a network have none', async (t) => {
  const lab = await labOf(t, {
    'lab.yaml': 'title: a\nnetwork: none\nmachines: [{ name: main, image: x }, { name: db, image: x }]\n',
  });
  t.match(lab, { networks: [], machines: [{ networks: [] }, { networks: [] }] });
});

await t.test('reports invalid networks and volumes at their lines', async (t) => {
  const problems = await problemsOf(t, {
    'lab.yaml': `title: a
network: internet
networks: { front: internet, back: isolated }
machines:
  - { name: main, image: x, networks: [front, middle] }
  - { name: db, image: x, networks: [back, back] }
  - { name: web, image: x, volumes: [/srv, /srv/data] }
  - { name: far, image: x, volumes: [srv, /a/../b] }
`,
  });
  t.same(problems, [
    'labs/x/lab.yaml:2: network: must be left out, because the lab has "networks"',
    'labs/x/lab.yaml:5: machines[0].networks[1]: there is no network "middle": the lab has front, back',
    'labs/x/lab.yaml:6: machines[1].networks[1]: "back" is listed twice',
    'labs/x/lab.yaml:7: machines[2].volumes[1]: must not be inside the volume "/srv"',
    'labs/x/lab.yaml:8: machines[3].volumes[0]: must be the absolute path of a folder, such as "/var/lib/data"',
    'labs/x/lab.yaml:8: machines[3].volumes[1]: must be the absolute path of a folder, such as "/var/lib/data"',
  ]);
});

await t.test('a name of a network, and their number, have limits', async (t) => {
  const problems = await problemsOf(t, {
    'lab.yaml': `title: a
networks: { Front: isolated, b: isolated, c: isolated, d: isolated, e: open }
machines: [{ name: main, image: x }]
`,
  });
  t.match(problems, [
    /lab\.yaml:2: networks\.Front: must have up to 16 lower-case letters/,
    /lab\.yaml:2: networks\.e: must be "isolated" or "internet"/,
  ]);
  const many = 'title: a\nnetworks: { a: isolated, b: isolated, c: isolated, d: isolated, e: isolated }\n';
  t.match(await problemsOf(t, { 'lab.yaml': `${many}machines: [{ name: main, image: x }]\n` }), [
    /lab\.yaml:2: networks: must have at most 4 networks/,
  ]);
});

await t.test('a restricted machine without a user needs one for its check', async (t) => {
  const problems = await problemsOf(t, {
    'lab.yaml': `title: a
machines: [{ name: main, image: x, profile: restricted }]
steps: [{ id: a, title: a, instructions: a.md, check: { script: a.md } }]
`,
    'a.md': 'x',
  });
  t.match(problems, [
    /^labs\/x\/lab\.yaml:3: steps\[0\]\.check\.user: is missing: the "restricted" machine has no user/,
  ]);
  t.equal(problems.length, 1);
});

await t.test('a folder without lab.yaml, or with an invalid name, is rejected', async (t) => {
  t.same(await problemsOf(t, { 'README.md': 'x' }), ['labs/x/lab.yaml: is missing: it describes the lab']);
  t.match(await problemsOf(t, smallLab(), 'My Lab'), [
    /^labs\/x\/\.: the folder's name must have up to 63 lower-case letters/,
  ]);
});

await t.test('reads prewarmed environments as a number or with a schedule', async (t) => {
  const lab = (warm: string) => ({ 'lab.yaml': `title: Warm\n${MACHINES}warm: ${warm}\n` });
  t.match(await labOf(t, lab('2')), { warm: { count: 2, schedule: [] } });
  t.match(await labOf(t, lab('{ schedule: ["Every day 09:00, 5"] }')), {
    warm: { count: 0, schedule: [{ count: 5 }] },
  });
  const at = 'labs/x/lab.yaml:3: warm';
  t.same(await problemsOf(t, lab('many')), [
    `${at}: must be a number, such as 2, or a mapping with "count" and "schedule"`,
  ]);
  t.same(await problemsOf(t, lab('-1')), [`${at}: must be at least 0`]);
  t.same(await problemsOf(t, lab('501')), [`${at}: must be at most 500`]);
  t.same(await problemsOf(t, lab('{ cont: 2 }')), [`${at}.cont: unknown key; did you mean "count"?`]);
  t.same(await problemsOf(t, lab('{ schedule: ["Monday 9:00, 5"] }')), [
    `${at}.schedule[0]: must have a time from 00:00 to 23:59 with two digits each, such as 09:00, not "9:00"`,
  ]);
});
