import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { createSteps } from '../../../setup/steps.mjs';

function createOutput(isTTY: boolean) {
  const written: string[] = [];
  return { written, output: { isTTY, columns: 40, write: (text: string) => written.push(text) } };
}

await t.test('a log has one line for a short step', async (t) => {
  const { written, output } = createOutput(false);
  const note = await createSteps({ output }).run('engine', async (step) => {
    step.progress('looking');
    return 'started';
  });
  t.equal(note, 'started');
  t.strictSame(written, ['✔ engine         started\n']);
});

await t.test('a step with nothing to do prints no line, unless it took long', async (t) => {
  const { written, output } = createOutput(false);
  const note = await createSteps({ output }).run('engine', async () => 'unchanged');
  t.equal(note, 'unchanged');
  t.equal(written.join(''), '');
  await createSteps({ output }).run('engine', async () => {
    await delay(550);
    return 'unchanged';
  });
  t.match(written.join(''), /^✔ engine {9}unchanged {2}\(0\.\d s\)\n$/);
});

await t.test('in a terminal, such a line is erased', async (t) => {
  const { written, output } = createOutput(true);
  await createSteps({ output }).run('engine', async (step) => {
    step.progress('looking');
    await delay(150);
    return 'unchanged';
  });
  t.equal(written.at(-1), '\r\x1b[2K');
});

await t.test('a step returns its result to the caller and prints its note', async (t) => {
  const { written, output } = createOutput(false);
  const result = await createSteps({ output }).run('engine', async () => ({ note: 'found', port: 1 }));
  t.equal(result.port, 1);
  t.match(written.join(''), 'found');
});

await t.test('a failure is shown and rethrown', async (t) => {
  const { written, output } = createOutput(false);
  const failing = createSteps({ output }).run('engine', () => Promise.reject(new Error('no')));
  await t.rejects(failing, { message: 'no' });
  t.strictSame(written, ['✘ engine         failed\n']);
});

await t.test(
  'a terminal shows progress in one line, cut to its width and free of control characters',
  async (t) => {
    const { written, output } = createOutput(true);
    await createSteps({ output }).run('engine', async (step) => {
      step.progress(`\x1b[32mbuilding\x1b[0m\r${'x'.repeat(100)}`);
      await delay(250);
      return 'built';
    });
    const [first = '', last = ''] = [written[0], written.at(-1)];
    t.ok(first.startsWith('\r\x1b[2K… engine'));
    const shown = first.slice('\r\x1b[2K'.length);
    t.ok(shown.length < 40);
    t.notMatch(shown, /\p{Cc}/u);
    t.equal(last, '\r\x1b[2K✔ engine         built\n');
  },
);

await t.test('of two steps at once, a terminal shows the progress of the later one', async (t) => {
  const { written, output } = createOutput(true);
  const { run } = createSteps({ output });
  const first = run('database', async (step) => {
    step.progress('compiling');
    await delay(350);
    return 'made';
  });
  const second = run('server', async (step) => {
    step.progress('bundling');
    await delay(150);
    return 'made';
  });
  await second;
  t.match(written.join(''), 'bundling');
  t.notMatch(written.join(''), 'compiling');
  await first;
  t.match(written.join(''), /server {9}made\n[^]*compiling[^]*✔ database {7}made\n$/);
});
