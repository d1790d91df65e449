import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { labIn, labsFolder, problemsIn } from '../../../kit/labs/lab-folders.ts';

const folderOf = async (t: Test, text: string) => join(await labsFolder(t, { x: { 'lab.yaml': text } }), 'x');

await t.test('a lab can use the local registry', async (t) => {
  const machines = 'title: a\nmachines: [{ name: main, image: x }]\n';
  t.equal((await labIn(await folderOf(t, machines))).registry, false);
  t.equal((await labIn(await folderOf(t, `${machines}registry: true\n`))).registry, true);
  t.match(await problemsIn(await folderOf(t, `${machines}registry: http://x\n`)), [/:3: registry: /]);
});

await t.test('reports a lab that cannot access its registry', async (t) => {
  const taken = 'title: a\nregistry: true\nmachines: [{ name: registry, image: x }]\n';
  t.match(await problemsIn(await folderOf(t, taken)), [
    /machines\[0\]\.name: .*host name of the local registry/,
  ]);
  const alone = 'title: a\nregistry: true\nnetwork: none\nmachines: [{ name: main, image: x }]\n';
  t.match(await problemsIn(await folderOf(t, alone)), [/registry: needs a network/]);
  const free = 'title: a\nregistry: false\nmachines: [{ name: registry, image: x }]\n';
  t.strictSame(await problemsIn(await folderOf(t, free)), []);
});
