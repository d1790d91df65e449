import t from 'tap';
import { labOf, problemsOf } from '../../../kit/labs/lab-of.ts';

const files = {
  'files/motd': 'Hello',
  'files/tools/greet.sh': 'echo hello',
  'files/site/index.html': '<h1>',
  'files/site/css/a.css': 'a',
  'files/site/css/deep/b.css': 'b',
  'files/[x]+.txt': 'x',
};

const machine = (entries: string, more = '') => ({
  ...files,
  'lab.yaml': `title: a\nmachines:\n  - name: main\n    image: x\n    ${more}\n    files: [${entries}]\n`,
});

await t.test('files, folders and globs become files with their targets', async (t) => {
  const placed = async (entry: string, more?: string) =>
    (await labOf(t, machine(entry, more), ['files/tools/greet.sh'])).machines[0]?.files;
  const file = (from: string, to: string, mode = 0o644, owner = 'root') => ({ from, to, mode, owner });

  t.same(await placed('{ from: ./files/motd, to: /etc/motd }'), [file('files/motd', '/etc/motd')]);
  t.same(await placed('{ from: files/motd, to: ~/ }', 'user: learner'), [
    file('files/motd', '~/motd', 0o644, 'learner'),
  ]);
  t.same(await placed('{ from: files/motd, to: /etc/, mode: 0600, owner: "33" }'), [
    file('files/motd', '/etc/motd', 0o600, '33'),
  ]);
  t.same(await placed('{ from: files/tools/, to: /opt/ }'), [
    file('files/tools/greet.sh', '/opt/greet.sh', 0o755),
  ]);
  t.same(await placed('{ from: files/site/**, to: /srv/site/, mode: 0o640 }'), [
    file('files/site/css/a.css', '/srv/site/css/a.css', 0o640),
    file('files/site/css/deep/b.css', '/srv/site/css/deep/b.css', 0o640),
    file('files/site/index.html', '/srv/site/index.html', 0o640),
  ]);
  t.same(await placed('{ from: "files/**/*.css", to: /srv/, mode: +x }'), [
    file('files/site/css/a.css', '/srv/site/css/a.css', 0o755),
    file('files/site/css/deep/b.css', '/srv/site/css/deep/b.css', 0o755),
  ]);
  t.same(await placed('{ from: "files/[x]+.*", to: /srv/ }'), [file('files/[x]+.txt', '/srv/[x]+.txt')]);
});

await t.test('keeps only copied files with the lab', async (t) => {
  const lab = await labOf(t, machine('{ from: files/site, to: /srv/ }, { from: files/motd, to: /a }'));
  t.same([...lab.files.keys()].sort(), [
    'files/motd',
    'files/site/css/a.css',
    'files/site/css/deep/b.css',
    'files/site/index.html',
  ]);
  t.equal(lab.files.get('files/motd')?.toString(), 'Hello');
});

const wrong: [name: string, entry: string, reported: string][] = [
  [
    'a missing file',
    'from: files/modt, to: /',
    '.from: the file "files/modt" is missing; did you mean "files/motd"?',
  ],
  ['a glob without matches', 'from: "files/*.png", to: /', '.from: no file matches "files/*.png"'],
  [
    'a path out of the folder',
    'from: ../y, to: /',
    '.from: "../y" is outside the lab\'s folder: use a path inside it, such as "files/site"',
  ],
  [
    'the whole folder',
    'from: ./, to: /',
    '.from: "./" is outside the lab\'s folder: use a path inside it, such as "files/site"',
  ],
  [
    'several files instead of one',
    'from: files/site, to: /srv',
    '.to: must be a folder that ends with "/", because "from" can select several files',
  ],
  [
    'a relative target',
    'from: files/motd, to: etc/motd',
    '.to: must be an absolute path, or one that starts with "~/", such as "/srv/site/"',
  ],
  [
    'a target that climbs',
    'from: files/motd, to: /a/../b',
    '.to: must be an absolute path, or one that starts with "~/", such as "/srv/site/"',
  ],
  [
    'invalid bits',
    'from: files/motd, to: /a, mode: 0999',
    '.mode: must be permission bits, such as "755" or 0644, or "+x"',
  ],
  [
    'an invalid owner',
    'from: files/motd, to: /a, owner: "a b"',
    '.owner: must be the name or number of a user, such as "learner"',
  ],
  ['a glob with many stars', `from: "files/${'*a'.repeat(21)}", to: /a/`, '.from: must have at most 20 "*"'],
  ['an unknown key', 'form: files/motd, to: /a', '.from: is missing'],
];

for (const [name, entry, reported] of wrong) {
  await t.test(`rejects ${name} with an explanation`, async (t) => {
    const problems = await problemsOf(t, machine(`{ ${entry} }`));
    t.ok(problems.includes(`lab.yaml:6: machines[0].files[0]${reported}`), problems.join('\n'));
  });
}

await t.test('a lab has a limited number of globs, over all of its machines', async (t) => {
  const entries = (count: number) =>
    Array.from({ length: count }, () => '{ from: "files/*", to: /a/ }').join(', ');
  const text = (first: number, second: number) => ({
    ...files,
    'lab.yaml': `title: a\nmachines:\n  - { name: a, image: x, files: [${entries(first)}] }\n  - { name: b, image: x, files: [${entries(second)}] }\n`,
  });
  t.same(await problemsOf(t, text(60, 40)), []);
  t.same(await problemsOf(t, text(60, 41)), [
    'lab.yaml:4: machines[1].files[40].from: must not have "*": a lab has at most 100 such paths',
  ]);
});
