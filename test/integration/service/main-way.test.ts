import { test } from 'tap';
import { startBerth } from '../../kit/service/berth-process.ts';
import { onEngine } from '../../kit/engine/engine-leftovers.ts';
import { learnerAt } from '../../kit/service/learner.ts';
import { until } from '../../kit/basics/until.ts';

await test('a learner starts a lab, works in it, has it checked, and the progress stays', async (t) => {
  const berth = await startBerth(t);
  const learner = learnerAt(berth);

  const labs = await berth.graphql<{
    labs: { edges: { node: { slug: string; steps: { id: string }[] } }[] };
  }>(
    'query { labs(first: 20) { edges { node { slug title steps { id title } } } pageInfo { endCursor hasNextPage } } }',
  );
  const lab = labs.labs.edges.map((edge) => edge.node).find((node) => node.slug === 'linux-command-line');
  const [step] = lab?.steps ?? [];
  t.ok(step, 'the bundled lab has steps');

  const id = await learner.start();
  const states = await learner.follow(id, (state) => state === 'READY' || state === 'FAILED');
  t.equal(states.at(-1), 'READY', `sent by the subscription: ${states.join(', ')}`);
  t.equal(await learner.start(), id, 'another start returns the same session');

  const session = await learner.see(id);
  t.match(session.machines, [{ name: 'main', address: /^10\./ }]);
  t.ok(
    session.progress.steps.every((each) => !each.passed),
    'nothing is passed at the start',
  );

  const before = await learner.check(id, step?.id ?? '');
  t.equal(before.passed, false);
  t.ok(before.message, 'a failed check says what is missing');

  const terminal = await learner.terminal(id);
  await learner.solve(terminal, '01-find-your-way.sh');
  t.match(await learner.check(id, step?.id ?? ''), { passed: true, score: 1 });

  const metrics = await fetch(`${berth.url}/metrics`, {
    headers: { authorization: `Bearer ${berth.adminToken}` },
  });
  const text = await metrics.text();
  t.match(text, 'berth_sessions{state="ready"} 1');
  t.match(text, 'berth_terminals_open 1');
  t.match(text, /berth_checks_total\{verdict="passed"\} 1/);
  t.match(text, /berth_provisioning_seconds_count\{outcome="ready"\} 1/);

  terminal.send('exit 7\n');
  t.match(await terminal.expectControl('exit'), { code: 7 });
  t.equal((await terminal.expectClosed()).code, 1000);

  await berth.graphql('mutation ($id: ID!) { deleteSession(input: { session: $id }) { deletedId } }', { id });
  // Deletion is answered before the machines are removed.
  await until(async () => (await onEngine(berth)).length === 0, 60_000);
  await berth.stop();

  await berth.start();
  const progress = await berth.graphql<{
    lab: { progress: { passed: number; steps: { passed: boolean }[] } };
  }>('{ lab(slug: "linux-command-line") { progress { passed steps { id passed } } } }');
  t.match(progress.lab.progress, {
    passed: 1,
    steps: [{ passed: true }, { passed: false }, { passed: false }],
  });
});
