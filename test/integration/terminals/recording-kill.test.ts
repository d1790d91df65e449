import { setTimeout as sleep } from 'node:timers/promises';
import t, { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { bundledLab } from '../../kit/labs/lab-folders.ts';
import { freePort } from '../../kit/runner/machine/service-process.ts';
import { parseCast } from '../../kit/terminals/recordings.ts';
import { startSession } from '../../kit/sessions/started-session.ts';
import { TerminalClient } from '../../kit/terminals/terminal-client.ts';
import { until } from '../../kit/basics/until.ts';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';

const KILLS = 2;
const LINES = 1_500;

const labs = await bundledLab(t);
await appendFile(join(labs, 'linux-command-line', 'lab.yaml'), '\nrecording: output\n');
const berth = await startBerth(t, { BERTH_LABS_DIR: labs, BERTH_PORT: String(await freePort()) });
const session = await startSession(berth);

interface Recorded {
  session: { recordings: { edges: { node: { url: string; endedAt: string | null; content: string } }[] } };
}

const recording = async () => {
  const found = await berth.graphql<Recorded>(
    'query ($id: ID!) { session(id: $id) { recordings { edges { node { url endedAt content } } } } }',
    { id: session },
  );
  return found.session.recordings.edges[0]?.node;
};

await test(`a recording continues through ${KILLS} kills of the service, with each byte once`, async (t) => {
  const { way } = await berth.graphql<{ way: { url: string; ticket: string; terminal: { id: string } } }>(
    `mutation ($id: ID!) { way: openTerminal(input: { session: $id, machine: "main" }) { url ticket terminal { id } } }`,
    { id: session },
  );
  const client = TerminalClient.connect(way);
  await client.expect('$ ');
  client.send(`for i in $(seq ${LINES}); do echo line-$i-한글; sleep 0.01; done; exit 5\r`);
  await client.expect('line-20-한글\n');
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(4_000);
    await berth.kill();
    await berth.start();
  }
  await until(async () => (await recording())?.endedAt !== null);
  const { url = '', content } = (await recording()) ?? {};
  t.equal(content, 'OUTPUT');

  const asked = async (headers: Record<string, string>) => fetch(url, { headers });
  const authorization = `Bearer ${berth.adminToken}`;
  const plain = await asked({ authorization, 'accept-encoding': 'identity' });
  t.equal(plain.headers.get('content-encoding'), null);
  t.match(
    plain.headers.get('content-disposition'),
    /^attachment; filename="linux-command-line-main-.*\.cast"/,
  );
  t.equal(plain.headers.get('x-content-type-options'), 'nosniff');
  const text = await plain.text();
  const packed = await asked({ authorization });
  t.equal(packed.headers.get('content-encoding'), 'gzip');
  t.equal(await packed.text(), text, 'the same, compressed');

  const cast = parseCast(text);
  const lines = [...cast.output.matchAll(/^line-(\d+)-한글\r$/gm)].map(([, line]) => Number(line));
  t.same(
    lines,
    Array.from({ length: LINES }, (_, line) => line + 1),
  );
  t.same(cast.of('x'), ['5']);
  t.same(cast.markers, []);

  t.equal((await asked({})).status, 401);
  const student = await berth.graphql<{ createUser: { user: { id: string } } }>(
    'mutation { createUser(input: { name: "Other", role: STUDENT }) { user { id } } }',
  );
  const { createToken } = await berth.graphql<{ createToken: { secret: string } }>(
    'mutation ($user: ID!) { createToken(input: { name: "t", user: $user, scopes: [READ, LEARN] }) { secret } }',
    { user: student.createUser.user.id },
  );
  const others = await asked({ authorization: `Bearer ${createToken.secret}` });
  t.equal(others.status, 404);
  t.match(await others.json(), { code: 'RECORDING_NOT_FOUND' });
  t.equal(
    (await fetch(`${berth.url}/api/v1/recordings/none.cast`, { headers: { authorization } })).status,
    404,
  );
});
