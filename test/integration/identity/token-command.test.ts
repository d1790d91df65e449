import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import type { Test } from 'tap';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { createActors } from '../../kit/service/actors.ts';
import { freshDatabaseUrl, providers } from '../../kit/database/databases.ts';
import { createIdentity } from '../../kit/service/identity.ts';
import { BERTH } from '../../kit/service/berth-command.ts';

const run = promisify(execFile);

// A dozen processes, each of which compiles what it loads.
t.setTimeout(120_000);

/** The command in its own process, next to a service on the same database. */
async function setUp(t: Test, url: string) {
  const environment = { PATH: process.env['PATH'], DATABASE_URL: url, BERTH_DATA_DIR: t.testdir({}) };
  const berth = (args: string[], more: Record<string, string> = {}) =>
    run(process.execPath, [...BERTH, 'token', ...args], {
      env: { ...environment, ...more },
    });
  const database = await openDatabase({ url });
  t.teardown(() => database.close());
  return { berth, database, ...createIdentity(t, database, { start: new Date() }) };
}

function secretOf(link: string): string {
  return link.trim().split('/sign-in/')[1] ?? '';
}

for (const provider of providers) {
  await t.test(`tokens are created, listed and revoked on the command line (${provider})`, async (t) => {
    const { berth, authentication, clock } = await setUp(t, await freshDatabaseUrl(t, provider));
    const made = await berth(['create', 'ci', '--scopes', 'read,learn', '--days', '30']);
    const secret = made.stdout.trim();
    t.match(secret, /^berth_[\w-]{43}$/, 'standard output has only the secret');
    t.match(await authentication.byToken(secret), { role: 'admin', scopes: ['read', 'learn'] });
    await authentication.close();

    const { stdout } = await berth(['list']);
    t.match(stdout, /^\w{26} {2}ci {2}berth_\S{6}… {2}read,learn {2}expires \d{4}-\d\d-\d\d {2}used \d{4}/);
    t.notMatch(stdout, secret);
    const id = stdout.slice(0, 26);
    t.equal((await berth(['revoke', id])).stdout, 'revoked\n');
    t.match((await berth(['revoke', id])).stdout, 'no such token');
    // Without Redis, the service gets no event, but its cache expires.
    clock.jump(10_000);
    await t.rejects(authentication.byToken(secret), { code: 'UNAUTHENTICATED' });
  });
}

await t.test('a link signs in the named user', async (t) => {
  const { berth, authentication, database } = await setUp(t, await freshDatabaseUrl(t, 'sqlite'));
  const { owner, admin } = await createActors(database);

  const forAdmin = await berth(['link'], { BERTH_HOST: '0.0.0.0', BERTH_PORT: '9090' });
  t.match(forAdmin.stdout, /^http:\/\/localhost:9090\/sign-in\/berthlink_/);
  const forOwner = await berth(['link', '--user', 'Owner@example.org'], {
    BERTH_PUBLIC_URL: 'https://berth.example.org/',
  });
  t.match(forOwner.stdout, /^https:\/\/berth\.example\.org\/sign-in\/berthlink_/);
  await authentication.bootstrap({});
  t.equal((await authentication.signIn(secretOf(forOwner.stdout))).user.id, owner.userId);
  t.equal((await authentication.signIn(secretOf(forAdmin.stdout))).user.id, admin.userId);
});

await t.test('an error is one line, with exit code 1', async (t) => {
  const { berth } = await setUp(t, await freshDatabaseUrl(t, 'sqlite'));
  const wrong: [args: string[], message: RegExp][] = [
    [['create', 'x', '--user', 'nobody@example.org'], /^There is no such user\.\n$/],
    [
      ['create', 'x', '--scopes', 'root'],
      /^A token needs one or more of the scopes read, learn, manage\.\n$/,
    ],
    [['create', 'x', '--days', 'soon'], /^"soon" is not a number of days\.\n$/],
  ];
  await Promise.all(wrong.map(([args, stderr]) => t.rejects(berth(args), { code: 1, stdout: '', stderr })));
});
