import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { environmentsOf } from '../../../../../src/domains/labs/import/needs/environments.ts';
import { describeNote } from '../../../../../src/domains/labs/import/import-note.ts';
import { emptyFolder } from '../../../../kit/labs/git-repository.ts';
import { importAll, importOne, scenarioFixtures, smallIndex } from '../../../../kit/labs/imports.ts';
import { labIn } from '../../../../kit/labs/lab-folders.ts';

await t.test('scenarios of Killercoda become labs, in the order of their courses', async (t) => {
  const done = await importAll(t, join(scenarioFixtures, 'killercoda'));
  t.same(
    done.scenarios.map(({ scenario, lab, course, outcome }) => [scenario, lab, course, outcome]),
    [
      ['basics', 'basics', undefined, 'imported with warnings'],
      ['harbour/pilot', 'harbour-pilot', 'harbour', 'imported'],
      ['harbour/fleet', 'harbour-fleet', 'harbour', 'refused'],
      ['harbour/drydock', 'harbour-drydock', 'harbour', 'left out'],
    ],
  );
  t.same(done.courses, [
    'harbour/structure.json: there is no folder "nowhere"',
    'structure.json: there is no folder "../away"',
  ]);
  t.same(done.of('basics').warnings.map(describeNote), [
    'basics/intro/text.md:3: the picture "fog.png" is left out because there is no such file',
    'basics/index.json:29: the asset "not-there.txt" is missing and is skipped',
    'basics/index.json:30: the asset "../index.json" is outside the folder "assets" and is skipped',
    'basics/index.json:32: there is no machine "node01"; "rope.txt" is skipped',
  ]);
  t.same(done.of('harbour/fleet').refusals.map(describeNote), [
    'harbour/fleet/index.json:5: backend.imageid: "kubernetes-kubeadm-2nodes" needs a Kubernetes cluster, which Berth does not run',
  ]);
  t.same((await readdir(done.into)).sort(), ['basics', 'harbour-pilot']);
});

await t.test('scripts, files, ports and pages keep working', async (t) => {
  const { into, text } = await importAll(t, join(scenarioFixtures, 'killercoda'));
  const lab = await labIn(join(into, 'basics'));
  t.match(lab, {
    title: { en: 'Basics of the quay' },
    summary: { en: 'Tie a boat up, and find it again.' },
    introduction: { en: /!\[The quay\]\(data:image\/png;base64,[\w+/=]+\)[^]*\*\*Before you begin\*\*/ },
    conclusion: { en: 'Fair winds.' },
    networks: [{ internet: false }],
    machines: [{ name: 'host01', image: 'berth/lab-ubuntu', user: 'root', profile: 'standard' }],
  });
  const [machine] = lab.machines;
  t.match(machine?.start, [{ name: 'start/intro-background.sh', background: true, user: 'root' }]);
  t.same(
    machine?.ports.map(({ port }) => port),
    [8080, 9000],
  );
  t.same(
    machine?.files.map(({ from, to, mode, owner }) => [from, to, mode.toString(8), owner]),
    [
      ['files/rope.txt', '~/rope.txt', '644', 'root'],
      ['files/tools/knot.sh', '/opt/tools/knot.sh', '755', 'root'],
      ['files/maps/far/far.chart', '/srv/charts/maps/far/far.chart', '640', 'root'],
      ['files/maps/near.chart', '/srv/charts/maps/near.chart', '640', 'root'],
      ['files/lamp.conf', '/etc/lamp.conf', '644', 'root'],
    ],
  );
  t.match(lab.steps, [
    {
      id: 'tie-the-boat-up',
      start: [
        { name: 'start/intro-foreground.sh', foreground: true, background: false },
        { name: 'start/01-background.sh', foreground: false, background: true },
        { name: 'start/01-foreground.sh', foreground: true },
      ],
      checks: [{ kind: 'script', user: 'root', timeoutSeconds: 60 }],
      hints: [
        { text: { en: '**A tip**\n\n```bash exec\ntouch /tmp/tied\n```' } },
        { text: { en: '**Solution**\n\nRun `touch /tmp/tied`{{exec}}.' } },
      ],
    },
    {
      id: 'step-2',
      title: { en: 'Step 2' },
      start: [],
      hints: [],
      solution: [
        { script: '#!/bin/bash\ncd /root\necho boat > /tmp/boat\necho `date` \ntrue\n', user: 'root' },
      ],
    },
    { id: 'step-3', title: { en: '네 번째 배' }, checks: [], solution: [] },
  ]);
  t.equal(
    await text('basics/start/intro-foreground.sh'),
    "# The learner's own shell keeps both.\nexport HARBOUR=north\ncd /srv\n",
  );
});

await t.test(
  'a scenario without steps has its intro as one, and a finish that runs something too',
  async (t) => {
    const { into } = await importAll(t, join(scenarioFixtures, 'killercoda'));
    const lab = await labIn(join(into, 'harbour-pilot'));
    t.match(lab, {
      title: { en: 'The pilot comes aboard' },
      summary: { en: 'As the course tells it.' },
      collection: 'harbour',
      introduction: { en: '' },
      steps: [
        {
          instructions: { en: 'All in one page.' },
          start: [{ script: 'echo tying\n', foreground: true }],
        },
        { id: 'ashore', instructions: { en: 'Fair winds.' }, start: [{ background: true }] },
      ],
    });
  },
);

await t.test("converts Katacoda's code block words", async (t) => {
  const done = await importAll(t, join(scenarioFixtures, 'katacoda'));
  t.same(
    done.scenarios.map(({ scenario, course, outcome }) => [scenario, course, outcome]),
    [
      ['signals/flags', 'signals', 'imported with warnings'],
      ['signals/horns', 'signals', 'refused'],
      ['signals/lights', 'signals', 'imported with warnings'],
      ['signals/radio', 'signals', 'refused'],
    ],
  );
  t.same(done.of('signals/horns').refusals.map(describeNote), [
    'signals/horns/index.json:5: the file "gone.md" is missing',
    'signals/horns/index.json:5: the file "gone.sh" is missing',
    'signals/horns/index.json:6: "../../../../etc/hostname" is outside the imported folder',
  ]);
  t.same(done.of('signals/radio').refusals.map(describeNote), [
    'signals/radio/index.json:3: details.steps: must be a list',
  ]);
  t.same(done.of('signals/lights').warnings.map(describeNote), [
    'signals/lights/index.json:14: is not strict JSON: Missing , between flow map items',
  ]);

  const lab = await labIn(join(done.into, 'signals-flags'));
  t.match(lab, {
    title: { en: 'Flags' },
    summary: { en: "Katacoda's words for the same things." },
    minutes: 15,
    networks: [{ internet: true }],
    introduction: { en: 'Open [host01:8000/flags](berth:port/8000/flags) or\n[the list](berth:port/8000).' },
    conclusion: { en: '**All** flags are *down*.' },
  });
  const [machine] = lab.machines;
  t.match(machine?.ports, [{ port: 8081, name: { en: 'Harbour master' } }, { port: 8000 }]);
  t.match(machine?.files, [{ to: '/usr/local/bin/flag.sh', mode: 0o755 }]);
  t.match(machine?.start, [{ script: /^#!\/usr\/bin\/perl\nprint/ }], 'another interpreter stays unchanged');
  t.match(lab.steps, [
    { checks: [{ kind: 'script' }], hints: [{ text: { en: '`touch /tmp/red`{{exec}}' } }] },
    {
      checks: [
        { kind: 'quiz', answer: { kind: 'text', answers: ['C', 'Charlie'], match: 'exact' } },
        { answer: { answers: ['depart'], match: 'contains' } },
        { answer: { multiple: true, options: [{ correct: true }, { correct: false }, { correct: true }] } },
        {
          answer: { multiple: false, options: [{ text: { en: 'Yes' }, correct: true }, { correct: false }] },
        },
      ],
    },
    {
      instructions: { en: /file=\/root\/log\/log\.txt/ },
      hints: [{ text: { en: 'Read the first line again.' } }],
    },
  ]);
});

await t.test(
  "a scenario outside any course is imported on request, and a missing title becomes the folder's name",
  async (t) => {
    const done = await importAll(t, join(scenarioFixtures, 'killercoda'), { unlisted: true });
    t.match(done.of('harbour/drydock'), {
      outcome: 'imported with warnings',
      warnings: [{ message: "title: is missing; the folder's name is used instead" }],
    });
    const lab = await labIn(join(done.into, 'harbour-drydock'));
    t.match(lab, { title: { en: 'drydock' }, steps: [], machines: [{}] });
  },
);

await t.test('a folder that is a scenario becomes one lab in the given language', async (t) => {
  const folder = join(await emptyFolder(t), 'tree');
  await cp(join(scenarioFixtures, 'killercoda/basics'), folder, { recursive: true });
  const done = await importAll(t, folder, { language: 'ko', network: 'internet' });
  t.match(done.scenarios, [{ scenario: '', lab: 'whole', course: undefined }]);
  t.match(await labIn(join(done.into, 'whole')), {
    title: { ko: 'Basics of the quay' },
    networks: [{ internet: true }],
  });
});

await t.test("rejects content beyond a lab's limits, and reports shortened texts", async (t) => {
  const step = { 'step.md': 'Do it.' };
  const large = await importOne(t, {
    'index.json': smallIndex({
      details: {
        assets: {
          host01: [
            { file: 'large', target: '/srv' },
            { file: '*', target: '/opt' },
          ],
        },
      },
    }),
    'assets/large': 'x'.repeat(1024 * 1024 + 1),
    'assets/small': 'x',
  });
  t.match(large.warnings, [/the asset "large" is larger than 1 MiB and is skipped/]);
  t.match((await labIn(large.folder)).machines, [{ files: [{ to: '/opt/small' }] }]);

  const many = await importOne(t, {
    ...step,
    'run.sh': 'true',
    'index.json': smallIndex({
      details: {
        steps: Array.from({ length: 100 }, () => ({ text: 'step.md' })),
        finish: { text: 'step.md', foreground: 'run.sh' },
      },
    }),
  });
  t.match(many, {
    outcome: 'refused',
    refusals: [/^one\/index\.json:1: its lab would be invalid: .*steps: /],
  });

  const long = await importOne(t, {
    ...step,
    'index.json': smallIndex({ title: 'long '.repeat(30), time: 5 }),
  });
  t.match(long, { outcome: 'imported with warnings', warnings: [/title: was shortened/] });
  const endless = await importOne(t, { 'index.json': smallIndex(), 'step.md': 'x'.repeat(100_001) });
  t.match(endless, { outcome: 'refused', refusals: [/"one\/step\.md" is longer than 100000 characters/] });
  const binary = await importOne(t, { 'index.json': smallIndex(), 'step.md': 'a\0b' });
  t.match(binary, { outcome: 'refused', refusals: [/"one\/step\.md" is not text/] });
});

await t.test('warns about a lab without internet that needs it', async (t) => {
  const files = { 'index.json': smallIndex(), 'step.md': 'a\n\n`apt-get update`{{exec}}' };
  const alone = await importOne(t, files, { network: 'isolated' });
  t.same(alone.warnings, [
    'one/step.md:3: runs "apt-get update", which needs the internet; the lab has no internet access',
  ]);
  t.match(await labIn(alone.folder), { networks: [{ internet: false }] });
  const open = await importOne(t, files);
  t.same([open.warnings, open.outcome], [[], 'imported']);
  t.match(await labIn(open.folder), { networks: [{ internet: true }] });
});

await t.test('merges surplus help into the last hint', async (t) => {
  const folds = Array.from({ length: 25 }, (_, place) => `<details>tip ${place}</details>\n`).join('\n');
  const { folder } = await importOne(t, { 'index.json': smallIndex(), 'step.md': folds });
  const [step] = (await labIn(folder)).steps;
  t.equal(step?.hints.length, 20);
  t.equal(
    step?.hints[19]?.text['en']?.trim(),
    [19, 20, 21, 22, 23, 24].map((place) => `tip ${place}`).join('\n\n'),
  );
  t.equal(step?.instructions['en']?.trim(), 'A step', 'a page with nothing left says the title');
});

await t.test('distributes files and ports to several machines', async (t) => {
  const { folder, warnings } = await importOne(
    t,
    {
      'index.json': smallIndex({
        details: {
          steps: [{ title: 'A step', text: 'step.md' }],
          assets: { client: [{ file: 'a', target: '/srv' }], node01: [{ file: 'a', target: '/opt/a' }] },
        },
      }),
      'assets/a': 'x',
      'step.md': '`ls`{{execute HOST1}} `pwd`{{execute HOST2}} [site]({{TRAFFIC_HOST2_80}})',
    },
    {
      environmentFor: environmentsOf({
        ubuntu: { image: 'berth/lab-linux', hosts: ['host01', 'node01'], memory: '1 GiB', cpus: 2 },
      }),
    },
  );
  t.same(warnings, []);
  const lab = await labIn(folder);
  const common = { image: 'berth/lab-linux', memoryBytes: 1024 ** 3, cpus: 2 };
  t.match(lab.machines, [
    { name: 'host01', ...common, files: [{ to: '/srv/a' }] },
    { name: 'node01', ...common, files: [{ to: '/opt/a' }], ports: [{ port: 80 }] },
  ]);
  t.match(lab.steps, [
    {
      instructions: {
        en: '`ls`{{exec machine=host01}} `pwd`{{exec machine=node01}} [site](berth:port/node01/80)',
      },
      solution: [{ machine: 'host01' }, { machine: 'node01', script: /\npwd\n/ }],
    },
  ]);
});
