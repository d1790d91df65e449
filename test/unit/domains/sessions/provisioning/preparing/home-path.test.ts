import t from 'tap';
import { pathIn } from '../../../../../../src/domains/sessions/provisioning/preparing/home-path.ts';

const inHome = (home: string) => async () => ({ uid: 1000, gid: 1000, home });

await t.test('a path in a home is in it, however it is written', async (t) => {
  t.equal(await pathIn('~/a/b', inHome('/home/learner')), '/home/learner/a/b');
  t.equal(await pathIn('~/a', inHome('/')), '/a');
  t.equal(await pathIn('~//etc/', inHome('/home/learner')), '/home/learner/etc');
});

await t.test('a path from the root asks nobody', async (t) => {
  const nobody = () => Promise.reject(new Error('somebody was asked'));
  t.equal(await pathIn('/srv//~/a/', nobody), '/srv/~/a');
  await t.rejects(pathIn('~/a', nobody), /somebody was asked/);
});
