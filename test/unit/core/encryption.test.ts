import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'tap';
import { createEncryption } from '../../../src/core/encryption.ts';

const THING = 'registry example.org';

await test('a secret is decrypted with its key and its own context', async (t) => {
  const key = randomBytes(32);
  const first = await createEncryption({ secretKey: key.toString('base64'), dataDir: '/none' });
  const again = await createEncryption({ secretKey: key.toString('hex'), dataDir: '/none' });
  for (const secret of ['', 'pässword', 'x'.repeat(5000)]) {
    const sealed = first.seal(secret, THING);
    t.equal(again.open(sealed, THING), secret);
    t.notOk(secret && sealed.includes(secret));
    t.not(first.seal(secret, THING), sealed, 'each ciphertext is different');
    t.throws(() => first.open(sealed, 'registry other.org'), { code: 'SECRET_UNREADABLE' });
  }
});

await test('another key, a change or garbage is reported with what to do', async (t) => {
  const encryption = await createEncryption({ secretKey: randomBytes(32).toString('hex'), dataDir: '/none' });
  const other = await createEncryption({ secretKey: randomBytes(32).toString('hex'), dataDir: '/none' });
  const sealed = encryption.seal('secret', THING);
  const expected = { code: 'SECRET_UNREADABLE', message: /registry example\.org.*BERTH_SECRET_KEY/ };
  t.throws(() => other.open(sealed, THING), expected);
  const last = sealed.at(-5) === 'A' ? 'B' : 'A';
  for (const text of [
    `${sealed.slice(0, -5)}${last}${sealed.slice(-4)}`,
    '',
    'v1.',
    'v1.AAAA',
    `v2${sealed.slice(2)}`,
  ]) {
    t.throws(() => encryption.open(text, THING), expected, text);
  }
});

await test('without a setting, the key is created once, readable by its owner only', async (t) => {
  const dataDir = join(t.testdir({}), 'data');
  const made = await Promise.all([1, 2, 3].map(() => createEncryption({ secretKey: undefined, dataDir })));
  t.strictSame(await readdir(dataDir), ['secret.key']);
  t.equal((await stat(join(dataDir, 'secret.key'))).mode & 0o777, 0o600);
  const sealed = made[0]?.seal('secret', THING) ?? '';
  for (const encryption of made) t.equal(encryption.open(sealed, THING), 'secret');
  const key = (await readFile(join(dataDir, 'secret.key'), 'utf8')).trim();
  const bySetting = await createEncryption({ secretKey: key, dataDir: '/none' });
  t.equal(bySetting.open(sealed, THING), 'secret');
});

await test('an invalid key stops the start', async (t) => {
  for (const secretKey of ['short', 'ab'.repeat(31), Buffer.alloc(33).toString('base64')]) {
    await t.rejects(createEncryption({ secretKey, dataDir: '/none' }), {
      code: 'CONFIG_INVALID',
      message: /BERTH_SECRET_KEY must be 32 bytes/,
    });
  }
  const dataDir = t.testdir({});
  await writeFile(join(dataDir, 'secret.key'), '');
  await t.rejects(createEncryption({ secretKey: undefined, dataDir }), {
    code: 'CONFIG_INVALID',
    message: /secret\.key/,
  });
});
