import type { Test } from 'tap';
import type { Database } from '../../../src/infra/database/database.ts';
import type { EventBus } from '../../../src/infra/bus/event-bus.ts';
import { createMemoryBus } from '../../../src/infra/bus/memory-bus.ts';
import type { Actor } from '../../../src/domains/identity/actor.ts';
import { allScopes } from '../../../src/domains/identity/actor.ts';
import { openLabs } from './catalogue.ts';
import { gitRepository } from './git-repository.ts';
import { labsFolder, smallLab } from './lab-folders.ts';
import { quietLog } from '../basics/quiet-log.ts';
import { until } from '../basics/until.ts';

/** The actor in tests of lab sources. */
export const admin: Actor = { userId: 'admin', role: 'admin', scopes: allScopes };

/** A folder and a repository of labs, and service processes that use them. */
export async function openSources(t: Test, database: Database) {
  const directory = await labsFolder(t, { own: smallLab('Own') });
  const repository = await gitRepository(t);
  const events = createMemoryBus({ log: quietLog() });
  t.teardown(() => events.close());

  async function open({ follow = true, on = events }: { follow?: boolean; on?: EventBus } = {}) {
    const labs = await openLabs(database, directory, { events: on });
    const stopping = new AbortController();
    const work = follow ? labs.maintain(stopping.signal) : Promise.resolve();
    const close = async () => (stopping.abort(), work);
    t.teardown(close);
    return { ...labs, close, titles: () => titlesOf(labs) };
  }

  const add = (labs: Awaited<ReturnType<typeof open>>, changes: object = {}) => {
    const usual = { ref: undefined, folder: undefined, everyMinutes: undefined };
    return labs.sources.add(admin, { name: 'Ours', address: repository.path, ...usual, ...changes });
  };
  const commit = (labs: Record<string, string>) =>
    repository.commit(Object.fromEntries(Object.entries(labs).map(([path, title]) => fileOf(path, title))));
  return { directory, repository, events, open, add, commit };
}

/** A lab with that title, or an invalid lab without one. */
function fileOf(path: string, title: string): [string, string] {
  return [`${path}/lab.yaml`, title === '' ? 'title: 1\n' : (smallLab(title)['lab.yaml'] ?? '')];
}

function titlesOf({ catalogue }: Awaited<ReturnType<typeof openLabs>>): Record<string, string | undefined> {
  return Object.fromEntries(catalogue.all().map(({ slug, title }) => [slug, title['en']]));
}

type Process = Awaited<ReturnType<Awaited<ReturnType<typeof openSources>>['open']>>;

/** Refreshes the source, and waits for the result. */
export async function look({ sources }: Process, id: string) {
  const before = (await sources.get(admin, id)).checkedAt?.getTime() ?? 0;
  await sources.check(admin, id);
  await until(async () => {
    const { checkedAt, state } = await sources.get(admin, id);
    return (checkedAt?.getTime() ?? 0) > before && state !== 'checking';
  });
  return sources.get(admin, id);
}
