import t from 'tap';
import {
  foldersAbove,
  planPlacing,
  resolvePath,
} from '../../../../../../src/domains/sessions/provisioning/preparing/placing.ts';
import { labFile } from '../../../../../kit/labs/prepared-labs.ts';

const learner = { uid: 1000, gid: 1000, home: '/home/learner' };
const root = { uid: 0, gid: 0, home: '/root' };
const there = new Set(['/', '/srv', '/home', '/home/learner']);
const kindOf = (path: string) =>
  there.has(path) ? 'folder' : path === '/etc/passwd' ? 'other' : ('nothing' as const);

await t.test('returns the folders above a path', async (t) => {
  t.same(foldersAbove('/srv/a/b'), ['/srv', '/srv/a']);
  t.same(foldersAbove('/a'), []);
});

await t.test('places missing folders once, before their first file and with its owner', async (t) => {
  const plan = planPlacing(
    [
      { ...labFile('a', '/srv/site/a'), user: learner },
      { ...labFile('b', '/srv/site/b', { mode: 0o755 }), user: root },
      { ...labFile('c', '/srv/site/a'), user: root },
    ],
    kindOf,
  );
  t.same(plan, [
    { path: '/srv/site', mode: 0o755, uid: 1000, gid: 1000, from: undefined },
    { path: '/srv/site/a', mode: 0o644, uid: 0, gid: 0, from: 'c' },
    { path: '/srv/site/b', mode: 0o755, uid: 0, gid: 0, from: 'b' },
  ]);
});

await t.test('returns why a file cannot be placed', async (t) => {
  const plan = (...places: string[]) =>
    planPlacing(
      places.map((to) => ({ ...labFile('a', to), user: root })),
      kindOf,
    );
  t.match(plan('/srv'), /"\/srv" is a folder: end it with/);
  t.match(plan('/etc/passwd/a'), /because "\/etc\/passwd" is not a folder/);
  t.match(plan('/srv/a', '/srv/a/b'), /because "\/srv\/a" is not a folder/, 'below a file of the lab');
  t.match(plan('/srv/a/b', '/srv/a'), /"\/srv\/a" is a folder/, 'at the path of a folder of the lab');
});

const inHome = (home: string) => async () => ({ uid: 1000, gid: 1000, home });

await t.test('resolves paths in a home', async (t) => {
  t.equal(await resolvePath('~/a/b', inHome('/home/learner')), '/home/learner/a/b');
  t.equal(await resolvePath('~/a', inHome('/')), '/a');
  t.equal(await resolvePath('~//etc/', inHome('/home/learner')), '/home/learner/etc');
});

await t.test('does not look the user up for absolute paths', async (t) => {
  const noUser = () => Promise.reject(new Error('unexpected lookup'));
  t.equal(await resolvePath('/srv//~/a/', noUser), '/srv/~/a');
  await t.rejects(resolvePath('~/a', noUser), /unexpected lookup/);
});
