import t from 'tap';
import { labOf, problemsOf } from '../../../support/lab-of.ts';

const MACHINES = 'machines: [{ name: main, image: berth/lab-linux }]\n';

await t.test('a lab says what is recorded of its terminals, or leaves it to its course', async (t) => {
  const recorded = async (line: string) =>
    (await labOf(t, { 'lab.yaml': `title: X\n${MACHINES}${line}` })).recording;
  t.equal(await recorded('recording: output\n'), 'output');
  t.equal(await recorded('recording: input\n'), 'input');
  t.equal(await recorded(''), undefined);
});

await t.test('anything else is told at its line', async (t) => {
  t.same(await problemsOf(t, { 'lab.yaml': `title: X\n${MACHINES}recording: yes\n` }), [
    'lab.yaml:3: recording: must be "output", or "input" to record the input as well',
  ]);
});
