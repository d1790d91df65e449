import { setTimeout as sleep } from 'node:timers/promises';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { test } from 'tap';
import { extract } from 'tar-stream';
import type { Header } from 'tar-stream';
import { sendParts } from '../../../../../src/domains/files/upload/parts.ts';
import type { PartWay } from '../../../../../src/domains/files/upload/parts.ts';

const never = new AbortController().signal;
const full = (letter: string) => Buffer.alloc(1_000, letter);

/** A machine that stores what is copied into it. */
function createMachine() {
  const parts: { header: Header; body: Buffer; bytes?: number }[] = [];
  return {
    parts,
    async copy(tar: Readable) {
      const entries = extract();
      tar.on('error', (error) => entries.destroy(error)).pipe(entries);
      for await (const entry of entries) {
        const body = await buffer(entry);
        if (entry.header.type === 'file') parts.push({ header: entry.header, body });
      }
    },
    onCopied(name: string, bytes: number | undefined) {
      const part = parts.at(-1);
      if (part?.header.name !== `folder/${name}`) throw new Error(`${name} does not exist`);
      if (bytes !== undefined) part.bytes = bytes;
    },
    lengths: () => parts.map(({ body, bytes }) => [body.length, bytes]),
    content: () => Buffer.concat(parts.map(({ body, bytes }) => body.subarray(0, bytes))).toString(),
  };
}

const wayOf = (machine: ReturnType<typeof createMachine>, size: number | undefined): PartWay => ({
  ...machine,
  folder: 'folder',
  size,
  owner: async () => ({ uid: 7, gid: 8 }),
  signal: never,
  partSize: ({ left = 3_000 }) => ({ size: Math.min(left, 3_000), patienceMs: 50 }),
});

await test('a part has several pieces and belongs to its user, and one of a single piece is readable by all', async (t) => {
  async function* pieces() {
    for (const letter of 'abcd') yield full(letter);
    yield Buffer.from('e');
  }
  const machine = createMachine();
  await sendParts(pieces(), wayOf(machine, 4_001));
  t.match(machine.parts, [
    { header: { name: 'folder/000000', size: 3_000, uid: 7, gid: 8, mode: 0o600 } },
    { header: { name: 'folder/000001', size: 1_001, uid: 7, gid: 8, mode: 0o600 } },
  ]);
  t.equal(machine.content(), 'abcd'.replaceAll(/./g, (letter) => letter.repeat(1_000)).concat('e'));
  const small = createMachine();
  await sendParts(
    (async function* () {
      yield full('x');
    })(),
    wayOf(small, 1_000),
  );
  t.match(small.parts, [{ header: { size: 1_000, uid: 0, gid: 0, mode: 0o644 } }]);
});

await test('if a client is late, the part is padded and later bytes go into the next', async (t) => {
  async function* pieces() {
    yield full('a');
    await sleep(300);
    yield full('b');
    yield full('c');
  }
  const machine = createMachine();
  await sendParts(pieces(), wayOf(machine, 3_000));
  t.same(machine.lengths(), [
    [3_000, 1_000],
    [2_000, undefined],
  ]);
  t.equal(machine.content(), Buffer.concat([full('a'), full('b'), full('c')]).toString());
});

await test('the end of an upload of unknown length is padded, too', async (t) => {
  async function* pieces() {
    for (const letter of 'abcd') yield full(letter);
  }
  const machine = createMachine();
  await sendParts(pieces(), wayOf(machine, undefined));
  t.same(machine.lengths(), [
    [3_000, undefined],
    [3_000, 1_000],
  ]);
  t.equal(
    machine.content(),
    'abcd'.replaceAll(/./g, (letter) => letter.repeat(1_000)),
  );
});

await test('an upload that fails within a part fails the part', async (t) => {
  async function* pieces() {
    yield full('a');
    throw new Error('gone');
  }
  const machine = createMachine();
  await t.rejects(sendParts(pieces(), wayOf(machine, 3_000)), { message: 'gone' });
  t.same(machine.parts, []);
});

await test('an aborted upload does not wait for its client', async (t) => {
  const over = new AbortController();
  async function* pieces() {
    yield full('a');
    setImmediate(() => over.abort(new Error('over')));
    await new Promise(() => undefined);
  }
  const way = { ...wayOf(createMachine(), 3_000), signal: over.signal };
  const patient = () => ({ size: 3_000, patienceMs: 60_000 });
  await t.rejects(sendParts(pieces(), { ...way, partSize: patient }), { message: 'over' });
});
