import t from 'tap';
import { prepareScript, withoutWrapper } from '../../../src/checks/script-command.ts';

const check = { machine: 'main', script: 'exit 0\n', user: 'learner', timeoutSeconds: 2.5 };

await t.test('the script goes in by standard input, as the user, within its time', async (t) => {
  const { signal } = new AbortController();
  const { command, token } = prepareScript(check, { BERTH_STEP: 'one', BASH_ENV: '/home/learner/x' }, signal);
  t.match(command, {
    user: 'learner',
    timeoutMs: 2500,
    signal,
    environment: { BERTH_STEP: 'one', BASH_ENV: '' },
  });
  t.same(command.input?.toString(), 'exit 0\n');
  t.equal(command.command.join(' ').includes('exit 0\n'), false);
  t.match(token, /^[0-9a-f]{32}$/);
  t.not(prepareScript(check, {}, signal).token, token);
});

await t.test('what only the wrapper means is taken out of the output', async (t) => {
  const text = `a\n/dev/shm/.berth-check-f00/check: line 2\nb\n\nf00 ran\n`;
  t.equal(withoutWrapper(text, 'f00'), 'a\ncheck: line 2\nb\n');
});
