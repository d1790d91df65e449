import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { digestOf, isCurrent, writeStamp } from '../../../setup/stamps.mjs';

function makeProject(t: Test) {
  return t.testdir({
    src: { 'main.ts': 'a', deep: { 'other.ts': 'b' }, generated: { 'client.ts': 'c' } },
    'package.json': '{}',
    dist: { 'main.js': 'made' },
  });
}

await t.test('a digest changes with the content, the name and the number of files', async (t) => {
  const root = makeProject(t);
  const inputs = ['src', 'package.json', 'absent'];
  const digests = [digestOf(root, inputs)];
  writeFileSync(join(root, 'src/main.ts'), 'A');
  digests.push(digestOf(root, inputs));
  writeFileSync(join(root, 'src/deep/new.ts'), '');
  digests.push(digestOf(root, inputs));
  rmSync(join(root, 'src/deep/new.ts'));
  writeFileSync(join(root, 'src/deep/renamed.ts'), '');
  digests.push(digestOf(root, inputs));
  t.equal(new Set(digests).size, digests.length);
});

await t.test('a digest does not depend on times or generated files', async (t) => {
  const root = makeProject(t);
  const before = digestOf(root, ['src']);
  utimesSync(join(root, 'src/main.ts'), 1, 1);
  writeFileSync(join(root, 'src/generated/client.ts'), 'made again');
  t.equal(digestOf(root, ['src']), before);
});

await t.test('only files with matching names count', async (t) => {
  const root = makeProject(t);
  const before = digestOf(root, ['src'], /main\.ts$/);
  writeFileSync(join(root, 'src/deep/other.ts'), 'B');
  t.equal(digestOf(root, ['src'], /main\.ts$/), before);
  writeFileSync(join(root, 'src/main.ts'), 'A');
  t.not(digestOf(root, ['src'], /main\.ts$/), before);
});

await t.test('an output is current until its inputs change or it is removed', async (t) => {
  const root = makeProject(t);
  const made = { name: 'server', digest: digestOf(root, ['src']), outputs: ['dist/main.js'] };
  t.notOk(isCurrent(root, made), 'before it was created');
  writeStamp(root, made);
  t.ok(isCurrent(root, made));
  mkdirSync(join(root, 'src/more'));
  writeFileSync(join(root, 'src/more/file.ts'), '');
  t.notOk(isCurrent(root, { ...made, digest: digestOf(root, ['src']) }), 'after a change');
  rmSync(join(root, 'dist/main.js'));
  t.notOk(isCurrent(root, made), 'after it was removed');
});
