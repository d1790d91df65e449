import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { connectEngine } from '../../../src/engine/docker/client.ts';
import { listRegistries } from '../../../src/engine/docker/registry/registry.ts';
import { isLeftover } from '../../../src/domains/lab-tests/environment-ids.ts';
import { openDatabase } from '../../../src/infra/database/database.ts';
import { freshDatabaseUrl } from '../../kit/database/databases.ts';
import { labsFolder } from '../../kit/labs/lab-folders.ts';
import { labsCommand } from '../../kit/labs/labs-command.ts';
import { openLocalRegistry } from '../../kit/engine/local-registry.ts';
import { testedLab } from '../../kit/labs/tested-labs.ts';

/** The first build of the image takes a while. */
t.setTimeout(300_000);

const on = { BERTH_REGISTRY: 'auto' };
/** A lab whose solution requests a path from the registry. */
function labThatAsks(path: string) {
  const lab = testedLab([
    `id: one, solution: 'until curl -fsS -m 5 http://registry:5000/v2/${path}; do sleep 0.2; done'`,
  ]);
  return { ...lab, 'lab.yaml': `registry: true\n${lab['lab.yaml']}` };
}

await t.test('a lab can use the local registry of the configured installation', async (t) => {
  const { registry, installation, docker } = await openLocalRegistry(t);
  await registry.ensure();
  const url = await freshDatabaseUrl(t, 'sqlite');
  const database = await openDatabase({ url });
  await database.client.setting.create({ data: { key: 'installation', value: installation } });
  await database.close();

  const directory = await labsFolder(t, { pulls: labThatAsks('') });
  const { code, stdout } = await labsCommand(['test', directory], { ...on, DATABASE_URL: url });
  t.equal(code, 0, stdout);
  const filters = { label: ['berth.installation=lab-tests', 'berth.role=registry'] };
  t.same((await docker.listVolumes({ filters })).Volumes, [], 'no separate registry is created');
});

await t.test(
  'without an installation, it uses a temporary registry with the same seeds, and nothing is left',
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'berth-none-'));
    t.teardown(() => rm(folder, { recursive: true, force: true }));
    const directory = await labsFolder(t, { pulls: labThatAsks('library/ubuntu/tags/list') });
    const { code, stdout } = await labsCommand(['test', directory], {
      BERTH_DATA_DIR: folder,
      DATABASE_URL: '',
    });
    t.equal(code, 0, stdout);
    t.same(await readdir(folder), [], 'no database is created');
    const { docker, close } = connectEngine(process.env['DOCKER_HOST'], process.env);
    t.teardown(close);
    t.same(
      (await listRegistries(docker)).filter((id) => isLeftover(id, new Date())),
      [],
    );
  },
);
