import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrationList, migrationsFolder, readMigrations } from '../src/infra/database/migrations.ts';
import { openSchemaEngine } from '../src/infra/database/migrate.ts';
import { memoryDatabases } from './memory-databases.ts';
import { readModels } from './models.ts';

/*
 * npm run migration:new -- add-due-dates   writes the migration from what is there to models.prisma
 * npm run migration:new -- init --restart  forgets all migrations and writes a first one: before a release only
 *
 * Works on databases in memory; no real one is touched.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { restart: { type: 'boolean' } },
});
const [name] = positionals;
if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name)) {
  process.stderr.write(
    'Give the migration a name of small letters, digits and hyphens: npm run migration:new -- add-due-dates' +
      '\n',
  );
  process.exit(1);
}

const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);

for (const provider of ['sqlite', 'postgresql'] as const) {
  const folder = migrationsFolder(provider);
  if (values.restart) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const script = await difference(provider);
  if (script === undefined) {
    process.stdout.write(`${provider}: the migrations give the models already.\n`);
    continue;
  }
  const target = join(folder, `${stamp}_${name.replaceAll('-', '_')}`);
  await mkdir(target);
  await writeFile(join(target, 'migration.sql'), script);
  process.stdout.write(`${provider}: wrote ${target}/migration.sql; read it before you commit it.\n`);
}

/** The script from the migrations there are to the models; undefined when there is no difference. */
async function difference(provider: 'sqlite' | 'postgresql'): Promise<string | undefined> {
  const models = await readModels(provider);
  const engine = await openSchemaEngine(memoryDatabases[provider], models);
  try {
    const { exitCode, stdout } = await engine.diff({
      from: { tag: 'migrations', ...migrationList(provider, await readMigrations(provider)) },
      to: { tag: 'schemaDatamodel', files: models.map(([path, content]) => ({ path, content })) },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    return exitCode === 0 ? undefined : (stdout ?? undefined);
  } finally {
    engine.free();
  }
}
