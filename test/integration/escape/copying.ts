import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import type { Test } from 'tap';
import type { Place } from './places.ts';

/** Links that a learner creates do not lead the host's copy out of the machine. */
export async function copying(t: Test, { engine, machineId, run }: Place): Promise<void> {
  const name = `berth-escape-${randomUUID()}`;
  await run(
    `ln -s ../../../../../../../../../../tmp /tmp/up; ln -s /proc/1/root/tmp /tmp/across; ln -s /etc/hostname /tmp/name`,
  );
  const tar = pack();
  tar.entry({ name }, 'from Berth');
  tar.entry({ name: `../../../../../../tmp/${name}-above` }, 'from Berth');
  tar.finalize();
  await engine.copyIn(machineId, '/tmp/up', Readable.from(tar, { objectMode: false })).catch(() => undefined);
  for (const path of [`/tmp/${name}`, `/tmp/${name}-above`])
    await t.rejects(access(path), { code: 'ENOENT' }, path);
  t.match(await run(`cat /tmp/${name}`), { out: 'from Berth' }, 'it is in the machine');

  await t.rejects(engine.copyOut(machineId, '/tmp/across/').then(text), 'another root is not read');
  t.match(
    await text(await engine.copyOut(machineId, '/tmp/name')),
    /hostname/,
    'a link is reported as a link',
  );
}
