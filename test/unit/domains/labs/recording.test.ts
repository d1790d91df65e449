import t from 'tap';
import { labOf, problemsOf } from '../../../kit/labs/lab-of.ts';

const MACHINES = 'machines: [{ name: main, image: berth/lab-linux }]\n';

await t.test('a lab sets the recording of terminals, or its collection does', async (t) => {
  const recorded = async (line: string) =>
    (await labOf(t, { 'lab.yaml': `title: X\n${MACHINES}${line}` })).recording;
  t.equal(await recorded('recording: output\n'), 'output');
  t.equal(await recorded('recording: input\n'), 'input');
  t.equal(await recorded(''), undefined);
});

await t.test('reports another value at its line', async (t) => {
  t.same(await problemsOf(t, { 'lab.yaml': `title: X\n${MACHINES}recording: yes\n` }), [
    'lab.yaml:3: recording: must be "output", or "input" to record the input as well',
  ]);
});
