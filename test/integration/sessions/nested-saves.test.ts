import { test } from 'tap';
import { NESTED_DATA_FOLDER } from '../../../src/engine/engine.ts';
import { MAKE_TINY_IMAGE, NESTED_IMAGE } from '../../kit/engine/nested.ts';
import { openSaves } from '../../kit/sessions/saved-sessions.ts';
import { testLab, testMachine, whenState } from '../../kit/sessions/sessions.ts';

const MIB = 1024 ** 2;
const lab = testLab('lab-0', {
  machines: [
    testMachine('main', {
      image: NESTED_IMAGE,
      profile: 'nested',
      user: 'learner',
      volumes: [NESTED_DATA_FOLDER],
      memoryBytes: 768 * MIB,
      pids: 400,
    }),
  ],
});

const WORK = `{ ${MAKE_TINY_IMAGE} } >/dev/null
docker run --name writer tiny sh -c 'echo mine >/kept'
docker commit writer my-tiny:0.1 >/dev/null
echo notes >~/notes`;
const TELL = `docker image ls --format '{{.Repository}}:{{.Tag}}' | sort | xargs
docker ps --all --format '{{.Names}}'
docker run --rm my-tiny:0.1 cat /kept
cat ~/notes`;

await test('saving a session with a nested engine keeps its images and containers', async (t) => {
  const { saves, actors, ready, run, saved, service } = await openSaves(t, { labs: [lab] });
  const { id, state } = await ready();
  t.equal(state, 'ready');
  t.equal(await run(id, WORK, { user: 'learner' }), '');
  const before = 'my-tiny:0.1 tiny:latest\nwriter\nmine\nnotes\n';
  t.equal(await run(id, TELL, { user: 'learner' }), before);

  t.match(await saved(id), { state: 'saved', saveProblem: undefined });
  await saves.resume(actors.owner, id);
  t.match(await whenState(service, id, 'ready', 'failed', 'saved'), { state: 'ready', reason: undefined });
  t.equal(await run(id, TELL, { user: 'learner' }), before);
});
