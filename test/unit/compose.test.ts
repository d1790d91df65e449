import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { parse } from 'yaml';
import { settings } from '../../src/config/config.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

interface Compose {
  services: Record<
    string,
    {
      image?: string;
      build?: string;
      command?: string[];
      environment?: Record<string, string>;
      volumes?: string[];
      depends_on?: object;
    }
  >;
  volumes: Record<string, unknown>;
}

const compose = parse(read('docker-compose.yml')) as Compose;

await test('docker-compose.yml has Berth, PostgreSQL and Redis, and waits for both', async (t) => {
  t.same(Object.keys(compose.services), ['prepare-data', 'berth', 'postgres', 'redis']);
  t.same(Object.keys(compose.services['berth']?.depends_on ?? {}), ['prepare-data', 'postgres', 'redis']);
});

await test('it sets only settings that the service knows', async (t) => {
  const known = new Set(Object.values(settings).map(({ name }) => name));
  for (const name of Object.keys(compose.services['berth']?.environment ?? {})) t.ok(known.has(name), name);
});

await test('pulled images have the tag of an exact version', async (t) => {
  for (const [name, { image, build }] of Object.entries(compose.services)) {
    if (build === undefined) t.match(image, /^[a-z]+:\d+\.\d+(\.\d+)?$/, name);
  }
});

/** The value after substitution with this .env. A required variable that is missing fails, as in Compose. */
function substituted(value: string, env: Record<string, string>): string {
  return value.replace(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_, name: string, kind?: string, word = '') => {
    const set = env[name];
    if (set) return set;
    if (kind === '?') throw new Error(`required variable ${name} is missing a value: ${word}`);
    return word;
  });
}

await test('PostgreSQL and Redis require passwords, the same for the service and for them', async (t) => {
  const { berth, postgres, redis } = compose.services;
  const env = { POSTGRES_PASSWORD: 'of-postgres', REDIS_PASSWORD: 'of-redis' };
  t.match(substituted(berth?.environment?.['DATABASE_URL'] ?? '', env), '://berth:of-postgres@postgres:');
  t.equal(substituted(postgres?.environment?.['POSTGRES_PASSWORD'] ?? '', env), 'of-postgres');
  t.equal(substituted(berth?.environment?.['REDIS_URL'] ?? '', env), 'redis://:of-redis@redis:6379');
  for (const value of [berth?.environment?.['REDIS_URL'], ...(redis?.command ?? [])]) {
    if (!value?.includes('REDIS_PASSWORD')) continue;
    t.throws(() => substituted(value, {}), /REDIS_PASSWORD is missing a value: set it in \.env/);
  }
});

await test('its named volumes are declared', async (t) => {
  const used = Object.values(compose.services)
    .flatMap((service) => service.volumes ?? [])
    .map((volume) => volume.split(':')[0] ?? '')
    .filter((source) => !source.startsWith('/'));
  t.same(new Set(used), new Set(Object.keys(compose.volumes)));
});

await test('every setting in the Dockerfile is known to the service', async (t) => {
  const known = new Set(Object.values(settings).map(({ name }) => name));
  const set = [...read('Dockerfile').matchAll(/\b(BERTH_\w+|NODE_ENV)=/g)].map(([, name = '']) => name);
  t.ok(set.length > 2);
  for (const name of set) t.ok(known.has(name), name);
});
