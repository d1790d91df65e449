import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { tarOf } from '../../kit/basics/tar.ts';
import { until } from '../../kit/basics/until.ts';

const MEBIBYTE = 1024 * 1024;

type Asked = Omit<RequestInit, 'headers'> & { headers?: Record<string, string>; duplex?: 'half' };

await test('files over HTTP, on a complete service', async (t) => {
  const berth = await startBerth(t, { BERTH_UPLOAD_LIMIT_BYTES: String(300 * MEBIBYTE) });
  const learner = learnerAt(berth);
  const session = await learner.start();
  await learner.reach(session, 'READY');
  const data = await berth.graphql<{ session: { machines: { filesUrl: string }[] } }>(
    'query ($id: ID!) { session(id: $id) { machines { filesUrl } } }',
    { id: session },
  );
  const filesUrl = data.session.machines[0]?.filesUrl ?? '';
  const ask = (query: Record<string, string>, init: Asked = {}) =>
    fetch(`${filesUrl}?${new URLSearchParams(query).toString()}`, {
      ...init,
      headers: { authorization: `Bearer ${berth.adminToken}`, ...init.headers },
    });
  const problemOf = async (answer: Response) => {
    t.match(answer.headers.get('content-type'), 'application/problem+json');
    return ((await answer.json()) as { code: string }).code;
  };

  const siteOf = (origin: string) => (origin === berth.url ? 'same-origin' : 'cross-site');

  /** The cookie of a browser that is signed in as the admin. */
  async function signIn(): Promise<string> {
    const { viewer } = await berth.graphql<{ viewer: { id: string } }>('{ viewer { id } }');
    const { createSignInLink } = await berth.graphql<{ createSignInLink: { url: string } }>(
      'mutation ($user: ID!) { createSignInLink(input: { user: $user }) { url } }',
      { user: viewer.id },
    );
    const secret = createSignInLink.url.split('/').at(-1) ?? '';
    const body = new URLSearchParams({ secret });
    const answer = await fetch(`${berth.url}/sign-in`, { method: 'POST', body, redirect: 'manual' });
    return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  }

  await t.test('a file is uploaded, listed, and downloaded as an attachment', async (t) => {
    const path = '/home/learner/안녕 "x".html';
    const body = '<script>alert(1)</script>';
    const put = await ask(
      { path, mode: '640' },
      { method: 'PUT', body, headers: { 'content-type': 'text/html' } },
    );
    t.equal(put.status, 200);
    t.match(await put.json(), { path, kind: 'file', size: 25, mode: '0640' });
    const head = await ask({ path }, { method: 'HEAD' });
    t.match(Object.fromEntries(head.headers), {
      'content-length': '25',
      'berth-file-kind': 'file',
      'berth-file-mode': '0640',
    });
    const get = await ask({ path });
    t.match(Object.fromEntries(get.headers), {
      'content-length': '25',
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-disposition': `attachment; filename="__ _x_.html"; filename*=UTF-8''${encodeURIComponent('안녕 "x".html')}`,
    });
    t.equal(await get.text(), body);
    const json = await ask(
      { path },
      { method: 'PUT', body: '{"a":', headers: { 'content-type': 'application/json' } },
    );
    t.equal(json.status, 200, 'whatever type it claims');
    t.equal(await (await ask({ path })).text(), '{"a":');
  });

  await t.test('a tar is uploaded in an unknown number of pieces, and a folder is downloaded', async (t) => {
    const tar = await tarOf(
      { name: 'site/', type: 'directory' },
      { name: 'site/index.html', mode: 0o604, body: 'hello' },
    );
    const body = Readable.toWeb(Readable.from([tar.subarray(0, 600), tar.subarray(600)])) as ReadableStream;
    const post = await ask({ path: '/home/learner' }, { method: 'POST', body, duplex: 'half' });
    t.equal(post.status, 204);
    const list = await (await ask({ path: '/home/learner/site', list: '' })).json();
    t.match(list, { path: '/home/learner/site', truncated: false });
    t.match((list as { entries: unknown[] }).entries, [
      { name: 'index.html', kind: 'file', size: 5, mode: '0604', uid: 1000, gid: 1000, target: null },
    ]);
    const down = await ask({ path: '/home/learner/site', as: 'tar' });
    t.equal(down.headers.get('content-type'), 'application/x-tar');
    t.match(down.headers.get('content-disposition'), 'filename="site.tar"');
    t.match(Buffer.from(await down.arrayBuffer()).toString(), 'site/index.html');
    t.equal((await ask({ path: '/home/learner/b/c', as: 'folder' }, { method: 'POST' })).status, 204);
    t.equal(
      await problemOf(await ask({ path: '/home/learner/b' }, { method: 'DELETE' })),
      'FOLDER_NOT_EMPTY',
    );
    t.equal((await ask({ path: '/home/learner/b', recursive: 'true' }, { method: 'DELETE' })).status, 204);
    t.equal((await ask({ path: '/home/learner/b' }, { method: 'HEAD' })).status, 404);
  });

  await t.test('an error is reported as a problem', async (t) => {
    const codeOf = async (...asked: Parameters<typeof ask>) => problemOf(await ask(...asked));
    t.equal(await codeOf({}), 'INPUT_INVALID');
    t.equal(await codeOf({ path: '/a', recursve: 'true' }), 'INPUT_INVALID');
    t.equal(await codeOf({ path: '/a', mode: '9' }, { method: 'PUT', body: '' }), 'INPUT_INVALID');
    t.equal(await codeOf({ path: '/home/learner' }), 'FILE_IS_FOLDER');
    t.equal(await codeOf({ path: '/etc/shadow' }), 'FILE_DENIED');
    t.equal(await codeOf({ path: '/home/learner' }, { method: 'POST', body: 'no tar' }), 'ARCHIVE_REFUSED');
    for (const unknown of ['nonesuch', '%00', '%E0%A4', '01hzy0000000000000000000x0']) {
      const answer = await fetch(`${filesUrl.replace(session, unknown)}?path=/`, {
        headers: { authorization: `Bearer ${berth.adminToken}` },
      });
      t.equal(await problemOf(answer), unknown === '%E0%A4' ? 'INPUT_INVALID' : 'SESSION_NOT_FOUND', unknown);
    }
    const broken = await fetch(`${filesUrl}?path=/%FF`, {
      headers: { authorization: `Bearer ${berth.adminToken}` },
    });
    t.equal(await problemOf(broken), 'INPUT_INVALID');
    t.equal(await problemOf(await fetch(`${filesUrl}?path=/etc/passwd`)), 'UNAUTHENTICATED');
  });

  await t.test('a body rejected during the upload gets an answer on the same connection', async (t) => {
    async function* noise() {
      for (let piece = 0; piece < 200; piece++) yield randomBytes(65_536);
    }
    const body = Readable.toWeb(Readable.from(noise())) as ReadableStream;
    const answer = await ask({ path: '/home/learner' }, { method: 'POST', body, duplex: 'half' });
    t.equal(await problemOf(answer), 'ARCHIVE_REFUSED');
    async function* endless() {
      for (;;) {
        yield Buffer.alloc(65_536);
        await sleep(5);
      }
    }
    const denied = await ask(
      { path: '/etc/mine' },
      { method: 'PUT', body: Readable.toWeb(Readable.from(endless())) as ReadableStream, duplex: 'half' },
    );
    t.equal(await problemOf(denied), 'FILE_DENIED', 'while more of it arrives');
    const announced = request(`${filesUrl}?path=/home/learner/large`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${berth.adminToken}`, 'content-length': 301 * MEBIBYTE },
    });
    announced.flushHeaders();
    const [reported] = (await once(announced, 'response')) as [IncomingMessage];
    t.equal(reported.statusCode, 413, 'before any of it arrived');
    announced.destroy();
    t.equal((await ask({ path: '/home/learner/large' }, { method: 'HEAD' })).status, 404);
  });

  await t.test("the browser's cookie is accepted for Berth's own pages only", async (t) => {
    const cookie = await signIn();
    const url = `${filesUrl}?path=/home/learner/by-cookie`;
    const put = (origin: string) =>
      fetch(url, { method: 'PUT', body: 'x', headers: { cookie, origin, 'sec-fetch-site': siteOf(origin) } });
    t.equal(await problemOf(await put('https://evil.example')), 'CROSS_SITE_REFUSED');
    t.equal((await put(berth.url)).status, 200);
    t.equal(await (await fetch(url, { headers: { cookie } })).text(), 'x');
  });

  await t.test('memory stays stable while 200 MB are transferred each way', async (t) => {
    const path = '/home/learner/large';
    const size = 200 * MEBIBYTE;
    const resident = async () => {
      const status = await readFile(`/proc/${berth.pid()}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
    };
    await ask({ path }, { method: 'PUT', body: Buffer.alloc(20 * MEBIBYTE) });
    const before = await resident();
    let most = before;
    const watch = setInterval(() => void resident().then((now) => (most = Math.max(most, now))), 20);
    const piece = randomBytes(MEBIBYTE);
    const body = Readable.toWeb(
      Readable.from(
        (function* () {
          for (let sent = 0; sent < size; sent += MEBIBYTE) yield piece;
        })(),
      ),
    ) as ReadableStream;
    t.equal((await ask({ path }, { method: 'PUT', body, duplex: 'half' })).status, 200);
    const down = await ask({ path });
    t.equal(down.headers.get('content-length'), String(size));
    let bytes = 0;
    let same = true;
    for await (const chunk of down.body as unknown as AsyncIterable<Uint8Array>) {
      for (let at = 0; at < chunk.length; at += 4_096) same &&= chunk[at] === piece[(bytes + at) % MEBIBYTE];
      bytes += chunk.length;
    }
    clearInterval(watch);
    t.equal(bytes, size);
    t.ok(same);
    t.ok(most - before < 80, `${Math.round(before)} MiB before, ${Math.round(most)} at most`);
  });

  await t.test('a client that disconnects ends its transfer, and nothing is left', async (t) => {
    const url = `${filesUrl}?path=/home/learner/`;
    const headers = { authorization: `Bearer ${berth.adminToken}` };
    const upload = request(`${url}gone`, {
      method: 'PUT',
      headers: { ...headers, 'content-length': '1000000' },
    });
    upload.on('error', () => undefined).write(Buffer.alloc(100_000));
    const names = async () => {
      const { entries } = (await (await ask({ path: '/home/learner', list: '' })).json()) as {
        entries: { name: string }[];
      };
      return entries.map(({ name }) => name);
    };
    await until(async () => (await names()).some((name) => name.startsWith('.berth-upload-')));
    upload.destroy();
    await until(async () => !(await names()).some((name) => name.startsWith('.berth-upload-')));
    t.notOk((await names()).includes('gone'));
    for (let round = 0; round < 6; round++) {
      const download = request(`${url}large`, { headers });
      download.on('error', () => undefined).end();
      await new Promise((resolve) => download.once('response', resolve));
      download.destroy();
      await sleep(50);
    }
    await until(
      async () =>
        (await ask({ path: '/home/learner/large' }, { method: 'GET' }).then(async (answer) => {
          await answer.body?.cancel();
          return answer.status;
        })) === 200,
    );
  });

  await t.test('a session ends despite a running transfer', async (t) => {
    const held = await ask({ path: '/home/learner/large' });
    t.equal(held.status, 200);
    await sleep(300);
    await berth.graphql('mutation ($id: ID!) { stopSession(input: { session: $id }) { session { id } } }', {
      id: session,
    });
    await learner.reach(session, 'ENDED');
    await t.rejects(held.arrayBuffer());
    t.equal(await problemOf(await ask({ path: '/home/learner/large' })), 'SESSION_NOT_READY');
  });
});
