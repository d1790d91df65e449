import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { examplesOf, runExample } from '../../kit/service/doc-examples.ts';
import { learnerAt } from '../../kit/service/learner.ts';

await test('the operations on the pages about saving, ports and terminals work as documented', async (t) => {
  const berth = await startBerth(t);
  const learner = learnerAt(berth);
  const session = await learner.start();
  await learner.reach(session, 'READY');
  const own = { 'U2Vzc2lvbjowMWs…': session, '…': session };

  const [open = '', attach = '', ...noTerminal] = await examplesOf('terminal-protocol.md', 'graphql', own);
  const opened = (await runExample(berth, open)) as { openTerminal: { terminal: { id: string } } };
  t.match(opened, { openTerminal: { url: /^ws:/, ticket: /^berthticket_/ } });
  const { terminal } = opened.openTerminal;
  const again = attach.replace(/terminal: "[^"]*"/, `terminal: "${terminal.id}"`);
  t.match(await runExample(berth, again), { attachTerminal: { url: /^ws:/, role: 'WATCHING' } });
  const [port = '', ...noPort] = await examplesOf('previews.md', 'graphql', own);
  t.match(await runExample(berth, port), { openPort: { url: /preview\.localhost/ } });

  const [save = '', resume = '', list = '', usage = '', ...more] = await examplesOf('saving.md', 'graphql');
  t.strictSame([...noTerminal, ...noPort, ...more], []);
  const variables = { session };
  t.match(await runExample(berth, save, { variables }), { saveSession: { session: { state: 'SAVING' } } });
  await learner.reach(session, 'SAVED');
  const saved = { node: { labSlug: 'linux-command-line', session: { id: session, state: 'SAVED' } } };
  t.match(await runExample(berth, list), { savedStates: { edges: [saved] } });
  t.match(await runExample(berth, usage), { savedUsage: { bytes: Number, limitBytes: 20 * 1024 ** 3 } });
  t.match(await runExample(berth, resume, { variables }), {
    resumeSession: { session: { state: 'QUEUED', savedState: { bytes: Number } } },
  });
  t.match(await learner.reach(session, 'READY', 'SAVED', 'FAILED'), { state: 'READY' });
});
