import { gzipSync } from 'node:zlib';
import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { labsFolder, smallLab } from '../../kit/labs/lab-folders.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { tarOf } from '../../kit/basics/tar.ts';

const archiveOf = (text: string) => tarOf({ name: 'trees/lab.yaml', body: text });
const right =
  'title: Trees\nmachines: [{ name: main, image: berth/lab-linux, user: learner, shell: [/bin/bash, -l] }]\n';

await test('a lab is uploaded, started, kept over a restart and removed over REST', async (t) => {
  const labs = await labsFolder(t, { own: smallLab('Own') });
  const berth = await startBerth(t, { BERTH_LABS_DIR: labs });
  const tokenOf = async (role: string) => {
    const user = await berth.graphql<{ createUser: { user: { id: string } } }>(
      `mutation { createUser(input: { name: "ada", role: ${role} }) { user { id } } }`,
    );
    const token = await berth.graphql<{ createToken: { secret: string } }>(
      'mutation ($user: ID!) { createToken(input: { user: $user, name: "x", scopes: [READ, LEARN, MANAGE] }) { secret } }',
      { user: user.createUser.user.id },
    );
    return token.createToken.secret;
  };

  async function send(
    method: 'PUT' | 'DELETE',
    { body, type = 'application/x-tar', token = berth.adminToken, slug = 'trees' }: Partial<Sent> = {},
  ) {
    const answer = await fetch(`${berth.url}/api/v1/labs/${slug}`, {
      method,
      headers: {
        ...(body && { 'content-type': type }),
        ...(token !== '' && { authorization: `Bearer ${token}` }),
      },
      ...(body && { body: Uint8Array.from(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as object) };
  }

  const whole = await archiveOf(right);
  t.match(await send('PUT', { body: whole }), {
    status: 200,
    body: { slug: 'trees', version: /^[0-9a-f]{64}$/ },
  });
  t.match(await send('PUT', { body: gzipSync(whole), type: 'application/gzip' }), { status: 200 });
  for (const [what, sent, expected] of [
    [
      'wrong',
      { body: await archiveOf('title: 1\n') },
      { status: 422, body: { code: 'LAB_INVALID', detail: /trees\/lab.yaml:1: title/ } },
    ],
    ['a wrong name', { body: whole, slug: 'Trees' }, { status: 422, body: { code: 'LAB_INVALID' } }],
    ['not an archive', { body: Buffer.from('hello') }, { status: 422, body: { code: 'ARCHIVE_REFUSED' } }],
    ['nothing', {}, { status: 415 }],
    ['another type', { body: whole, type: 'application/zip' }, { status: 415 }],
    ['too large', { body: Buffer.alloc(30 * 1024 * 1024) }, { status: 413 }],
    ['without signing in', { body: whole, token: '' }, { status: 401 }],
    ['by a student', { body: whole, token: await tokenOf('STUDENT') }, { status: 403 }],
    ['by an instructor', { body: whole, token: await tokenOf('INSTRUCTOR') }, { status: 403 }],
  ] as const) {
    t.match(await send('PUT', sent), expected, what);
  }

  await berth.kill();
  await berth.start();
  const learner = learnerAt(berth, 'trees');
  const session = await learner.start();
  await learner.reach(session, 'READY');

  t.match(await send('DELETE', { token: await tokenOf('INSTRUCTOR') }), { status: 403 });
  t.match(await send('DELETE'), { status: 204 });
  t.match(await send('DELETE'), { status: 404, body: { code: 'LAB_NOT_FOUND' } });
  await t.rejects(berth.graphql('{ lab(slug: "trees") { title } }'), { message: /no lab "trees"/ });

  await berth.kill();
  await berth.start();
  const terminal = await learnerAt(berth, 'trees').terminal(session);
  terminal.send('echo "$((6 * 7))"\n');
  await terminal.expect(/^42/m);
});

interface Sent {
  body: Buffer;
  type: string;
  token: string;
  slug: string;
}
