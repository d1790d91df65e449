import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { test } from 'tap';
import type { Engine } from '../../../src/engine/engine.ts';
import { CLEAN_UP_SCRIPT } from '../../../src/domains/files/upload/upload-scripts.ts';
import { outcomeOf } from '../../kit/service/actors.ts';
import { streamingHarness } from '../../kit/engine/engines.ts';
import { tarOf } from '../../kit/basics/tar.ts';
import { until } from '../../kit/basics/until.ts';
import { createFileWorld, never, owner, upload } from './file-world.ts';

await test('large uploads in parts', async (t) => {
  const { engine, holdCleaning } = withCleaningHeld(streamingHarness(t).engine);
  const { files, place, shell, leftovers } = await createFileWorld(t, { engine });

  await t.test('are renamed instead of copied if possible, and belong to their user', async (t) => {
    const bytes = Buffer.from(Array.from({ length: 9_000_001 }, (_, at) => at % 251));
    const sum = createHash('sha256').update(bytes).digest('hex');
    const places = [
      { machine: 'plain', folder: '/home/learner', owner: 'learner:learner', names: '2' },
      { machine: 'root', folder: '/srv', owner: 'root:root', names: '2' },
      { machine: 'root', folder: '/srv/shared', owner: 'root:games', names: '2' },
      { machine: 'plain', folder: '/dev/shm', owner: 'learner:learner', names: '1' },
    ];
    await shell('root', 'mkdir /srv/shared; chgrp games /srv/shared; chmod g+s /srv/shared');
    for (const { machine, folder, owner: belongs, names } of places) {
      const path = `${folder}/large`;
      const before = Date.now();
      const release = holdCleaning();
      const stat = await files.write(owner, place(machine, path), upload(bytes), never);
      t.match(stat, { size: bytes.length, mode: 0o644 }, path);
      t.ok(stat.modifiedAt.getTime() > before - 2_000, 'with the current time');
      t.equal(
        await shell(machine, `stat -c '%U:%G %h' ${path}; sha256sum <${path}`),
        `${belongs} ${names}\n${sum}  -\n`,
      );
      release();
      t.equal(await leftovers(machine), '');
    }
  });

  await t.test('of a client that stalls delay nothing and lose nothing', async (t) => {
    const bytes = Buffer.alloc(6_000_000, 'abcdefg');
    const [content, archive] = [new PassThrough(), new PassThrough()];
    const tar = await tarOf({ name: 'from-tar', body: bytes });
    const at = place('plain', '/home/learner/slow');
    const writing = files.write(owner, at, { content, size: bytes.length }, never);
    const unpacking = files.unpack(
      owner,
      place('plain', '/home/learner'),
      { content: archive, size: undefined },
      never,
    );
    content.write(bytes.subarray(0, 3_000_000));
    archive.write(tar.subarray(0, 3_000_000));
    const sizes = 'stat -c %s /.berth-upload-*/000000 2>/dev/null | sort';
    await until(async () => (await shell('plain', sizes)) === '6000000\n8388608\n');
    content.end(bytes.subarray(3_000_000));
    archive.end(tar.subarray(3_000_000));
    await Promise.all([writing, unpacking]);
    const sum = createHash('sha256').update(bytes).digest('hex');
    for (const name of ['slow', 'from-tar']) {
      t.equal(await shell('plain', `sha256sum <~/${name}`, 'learner'), `${sum}  -\n`, name);
    }
    t.equal(await leftovers('plain'), '');
  });

  await t.test('are in a folder that the learner cannot change', async (t) => {
    const content = new PassThrough();
    const size = 20_000_000;
    const writing = outcomeOf(() =>
      files.write(owner, place('plain', '/home/learner/tampered'), { content, size }, never),
    );
    content.write(Buffer.alloc(size / 2));
    await until(async () => (await shell('plain', 'ls -d /.berth-upload-*/*')).endsWith('000000\n'));
    const tamper = 'd=$(echo /.berth-upload-*); rm -rf $d/000000; ln -s /etc/shadow $d/000001; mv $d ~/x';
    t.match(
      await shell('plain', tamper, 'learner'),
      /Permission denied[^]*Permission denied[^]*Permission denied/,
    );
    content.end(Buffer.alloc(size / 2));
    t.equal(await writing, 'ok');
    t.equal(await leftovers('plain'), '');
  });
});

/** An engine that can delay the removal of upload parts. */
function withCleaningHeld(engine: Engine) {
  let gate = Promise.resolve();
  return {
    engine: {
      ...engine,
      async exec(machineId, spec) {
        if (spec.command.includes(CLEAN_UP_SCRIPT)) await gate;
        return engine.exec(machineId, spec);
      },
    } satisfies Engine,
    /** Returns a function that lets the removal continue. */
    holdCleaning() {
      let release = () => {};
      gate = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
  };
}
