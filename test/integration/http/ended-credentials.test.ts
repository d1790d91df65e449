import { setTimeout } from 'node:timers/promises';
import { test } from 'tap';
import { runScript } from '../../kit/engine/engines.ts';
import { labsFolder } from '../../kit/labs/lab-folders.ts';
import {
  openDownload,
  openRequest,
  openSocket,
  openSubscription,
  openTerminal,
  openUpload,
} from '../../kit/service/opened-things.ts';
import type { OpenedThing } from '../../kit/service/opened-things.ts';
import { LAB, startPreviewWorld } from '../../kit/service/previews.ts';
import { TerminalClient } from '../../kit/terminals/terminal-client.ts';
import { until } from '../../kit/basics/until.ts';

const lab = `title: Your web site
machines:
  - name: main
    image: berth/lab-linux
    user: learner
    ports: [{ port: 8080, name: Your web site }]
steps:
  - id: slow
    title: A slow check
    instructions: step.md
    check: { script: check.sh, timeout: 120 }
`;

/**
 * How long everything may take to end, in milliseconds. On an idle machine it takes one second. Shorter than the time
 * between two checks of credentials and previews without an event.
 */
const PATIENCE_MS = 10_000;

const OPEN_TERMINAL =
  'mutation ($s: ID!) { openTerminal(input: { session: $s, machine: "main", rows: 24, cols: 80 }) { url ticket } }';

type Kind =
  | 'download'
  | 'download of a folder'
  | 'upload'
  | 'upload of an archive'
  | 'upload of a lab'
  | 'image build'
  | 'waiting check'
  | 'terminal'
  | 'subscription'
  | 'preview'
  | 'preview socket';

/** A user's credential, and how to revoke it. */
interface Credential {
  userId: string;
  headers: Record<string, string>;
  end: () => Promise<unknown>;
}

await test('everything that a credential opened ends with it', async (t) => {
  const folder = {
    'lab.yaml': lab,
    'step.md': 'Wait.',
    'check.sh': '#!/bin/bash\nsleep 100\n',
  };
  const world = await startPreviewWorld(t, { BERTH_LABS_DIR: await labsFolder(t, { [LAB]: folder }) });
  const { berth, engine, member } = world;
  const learner = await member('learner', 'STUDENT');
  const session = await world.startSession(learner.token);
  const files = `${berth.url}/api/v1/sessions/${encodeURIComponent(session)}/machines/main/files`;
  const big = 'mkdir /tmp/folder && truncate -s 1G /tmp/folder/big && chmod -R a+rwX /tmp/folder';
  t.equal((await runScript(engine, world.machineOf(session), big)).code, 0);

  /** Sends an operation with the credential. */
  async function ask<T>(
    { headers }: Pick<Credential, 'headers'>,
    query: string,
    variables: object,
  ): Promise<T> {
    const answer = await fetch(`${berth.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await answer.json()) as { data: T; errors?: object };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** A staff member with their own token. The test chooses `end`. */
  async function newMember(name: string) {
    const { id, token } = await member(name, 'ADMIN');
    return { userId: id, headers: { authorization: `Bearer ${token}` } };
  }

  async function newBrowser(name: string): Promise<Credential> {
    const { userId } = await newMember(name);
    const made = await berth.graphql<{ createSignInLink: { url: string } }>(
      'mutation ($user: ID!) { createSignInLink(input: { user: $user }) { url } }',
      { user: userId },
    );
    const secret = new URL(made.createSignInLink.url).pathname.split('/').at(-1) ?? '';
    const origin = new URL(berth.url).origin;
    const signedIn = await fetch(`${berth.url}/sign-in`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ secret }),
    });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const headers = { cookie, origin };
    const end = async () => {
      const { status } = await fetch(`${berth.url}/sign-out`, {
        method: 'POST',
        redirect: 'manual',
        headers,
      });
      t.ok(status < 400, 'signing out is answered');
    };
    return { userId, headers, end };
  }

  async function openAll(credential: Credential): Promise<Map<Kind, OpenedThing>> {
    const { headers } = credential;
    const tar = { ...headers, 'content-type': 'application/x-tar' };
    const name = `g${credential.userId.replaceAll(/\W/g, '').toLowerCase().slice(-12)}`;
    const opened = await ask<{ openTerminal: { url: string; ticket: string } }>(credential, OPEN_TERMINAL, {
      s: session,
    });
    const port = await ask<{ openPort: { url: string } }>(
      credential,
      'mutation ($s: ID!) { openPort(input: { session: $s, machine: "main", port: 8080 }) { url } }',
      { s: session },
    );
    const preview = new URL(port.openPort.url);
    const entered = await world.ask(preview.host, { path: preview.pathname + preview.search });
    const seen = { host: preview.host, cookie: entered.headers['set-cookie']?.[0]?.split(';')[0] ?? '' };
    const check = {
      query: 'mutation ($s: ID!) { runCheck(input: { session: $s, step: "slow" }) { attempt { passed } } }',
      variables: { s: session },
    };
    const waiting = { ...headers, 'content-type': 'application/json' };
    return new Map<Kind, OpenedThing>([
      ['download', await openDownload(`${files}?path=/tmp/folder/big`, headers)],
      ['download of a folder', await openDownload(`${files}?path=/tmp/folder&as=tar`, headers)],
      ['upload', await openUpload(`${files}?path=/tmp/folder/${name}`, { method: 'PUT', headers })],
      [
        'upload of an archive',
        await openUpload(`${files}?path=/tmp/folder&as=tar`, { method: 'POST', headers: tar }),
      ],
      [
        'upload of a lab',
        await openUpload(`${berth.url}/api/v1/labs/${name}`, { method: 'PUT', headers: tar }),
      ],
      [
        'image build',
        await openUpload(`${berth.url}/api/v1/images/builds?name=${name}:1`, {
          method: 'POST',
          headers: tar,
        }),
      ],
      [
        'waiting check',
        await openRequest(`${berth.url}/graphql`, { headers: waiting, body: JSON.stringify(check) }),
      ],
      ['terminal', await openTerminal(opened.openTerminal)],
      [
        'subscription',
        await openSubscription(`${berth.url}/graphql`, {
          query: 'subscription ($s: ID!) { sessionChanged(id: $s) { state } }',
          variables: { s: session },
          params: headers['authorization'] ? { Authorization: headers['authorization'] } : {},
          headers,
        }),
      ],
      ['preview', await openDownload(`${berth.url}/large/1000`, seen)],
      ['preview socket', await openSocket(`${berth.url.replace('http', 'ws')}/ws`, seen)],
    ]);
  }

  /** The kinds of things that are open. */
  const open = (things: ReadonlyMap<Kind, OpenedThing>) =>
    [...things].filter(([, thing]) => !thing.ended()).map(([kind]) => kind);

  async function endsWith(credential: Credential, others: readonly Kind[] = []) {
    const things = await openAll(credential);
    t.teardown(() => {
      for (const thing of things.values()) thing.drop();
    });
    // Longer than requests run without being watched.
    await setTimeout(1_000);
    t.strictSame(open(things), [...things.keys()], 'all are open before');
    await credential.end();
    await until(() => open(things).every((kind) => others.includes(kind)), PATIENCE_MS).catch(
      () => undefined,
    );
    t.strictSame(open(things), others, 'all have ended');
    const passed = () => [...things].map(([kind, thing]) => [kind, thing.bytes()]);
    const before = passed();
    await setTimeout(500);
    t.strictSame(passed(), before, 'no further byte arrives');
    for (const thing of things.values()) thing.drop();
  }

  await t.test('when its token is revoked', async () => {
    const owner = await newMember('revoked');
    const { user } = await berth.graphql<{ user: { tokens: { id: string }[] } }>(
      'query ($id: ID!) { user(id: $id) { tokens { id } } }',
      { id: owner.userId },
    );
    const revoke = 'mutation ($token: ID!) { revokeToken(input: { token: $token }) { revokedId } }';
    const { openTerminal: unused } = await ask<{ openTerminal: { url: string; ticket: string } }>(
      owner,
      OPEN_TERMINAL,
      { s: session },
    );
    await endsWith({ ...owner, end: () => berth.graphql(revoke, { token: user.tokens[0]?.id }) });
    const refused = await TerminalClient.connect(unused).expectClosed();
    t.strictSame(
      refused,
      { code: 4401, reason: 'TICKET_INVALID' },
      'nor does a ticket from it open anything',
    );
  });

  await t.test('when its user is disabled', async () => {
    const owner = await newMember('disabled');
    const disable =
      'mutation ($user: ID!) { updateUser(input: { user: $user, disabled: true }) { user { id } } }';
    await endsWith({ ...owner, end: () => berth.graphql(disable, { user: owner.userId }) });
  });

  await t.test('when its user is deleted', async () => {
    const owner = await newMember('deleted');
    const remove = 'mutation ($user: ID!) { deleteUser(input: { user: $user }) { deletedId } }';
    await endsWith({ ...owner, end: () => berth.graphql(remove, { user: owner.userId }) });
  });

  await t.test('when its user loses a role', async () => {
    const owner = await newMember('demoted');
    const demote =
      'mutation ($user: ID!) { updateUser(input: { user: $user, role: STUDENT }) { user { id } } }';
    // A connection stays, because each of its operations and values is authorized again.
    await endsWith({ ...owner, end: () => berth.graphql(demote, { user: owner.userId }) }, ['subscription']);
  });

  await t.test('when its browser signs out', async () => endsWith(await newBrowser('signed-out')));
});
