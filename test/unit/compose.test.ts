import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { parse } from 'yaml';
import { settingsTable } from '../../src/settings-table.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

interface Compose {
  services: Record<string, { environment?: Record<string, string>; volumes?: string[]; depends_on?: object }>;
  volumes: Record<string, unknown>;
}

const compose = parse(read('docker-compose.yml')) as Compose;

await test('docker-compose.yml has Berth, PostgreSQL and Redis, and waits for both', async (t) => {
  t.same(Object.keys(compose.services), ['berth', 'postgres', 'redis']);
  t.same(Object.keys(compose.services['berth']?.depends_on ?? {}), ['postgres', 'redis']);
});

await test('it sets nothing that the service does not know', async (t) => {
  const known = new Set(settingsTable.map(({ name }) => name));
  for (const name of Object.keys(compose.services['berth']?.environment ?? {})) t.ok(known.has(name), name);
});

await test('its named volumes are declared', async (t) => {
  const used = Object.values(compose.services)
    .flatMap((service) => service.volumes ?? [])
    .map((volume) => volume.split(':')[0] ?? '')
    .filter((source) => !source.startsWith('/'));
  t.same(new Set(used), new Set(Object.keys(compose.volumes)));
});

await test('every setting of the Dockerfile is one that the service knows', async (t) => {
  const known = new Set(settingsTable.map(({ name }) => name));
  const set = [...read('Dockerfile').matchAll(/\b(BERTH_\w+|NODE_ENV)=/g)].map(([, name = '']) => name);
  t.ok(set.length > 2);
  for (const name of set) t.ok(known.has(name), name);
});
