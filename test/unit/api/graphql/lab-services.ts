/** Labs and their sources in memory that behave like the real services. */
import { fault } from '../../../../src/core/errors.ts';
import { requireActor } from '../../../../src/domains/identity/actor.ts';
import type { GraphqlServices } from '../../../../src/api/graphql/services.ts';
import type { LabSource, LabSourceService } from '../../../../src/domains/labs/sources/lab-source.ts';
import { at, lab } from './world.ts';

const labs: GraphqlServices['labs'] = {
  get(actor, slug) {
    requireActor(actor, { scope: 'read' });
    if (slug !== lab.slug) throw fault('LAB_NOT_FOUND', { lab: slug });
    return lab;
  },
  find(actor, slug, version = lab.version) {
    requireActor(actor, { scope: 'read' });
    return slug === lab.slug ? { ...lab, version } : undefined;
  },
  list(actor) {
    requireActor(actor, { scope: 'read' });
    return { items: [{ node: lab, cursor: 'c1' }], hasNextPage: false };
  },
  problems(actor) {
    requireActor(actor, { scope: 'read', role: 'instructor' });
    return [{ lab: 'x', file: 'lab.yaml', line: 3, key: 'steps', message: 'is missing' }];
  },
  async reload(actor) {
    requireActor(actor, { scope: 'manage', role: 'admin' });
    return [];
  },
};

export function createLabServices(): Pick<GraphqlServices, 'labs' | 'labSources'> {
  // A copy, so tests can replace some of them.
  return { labs: { ...labs }, labSources: createLabSources() };
}

function createLabSources(): LabSourceService {
  const sources = new Map<string, LabSource>();

  function find(id: string): LabSource {
    const found = sources.get(id);
    if (!found) throw fault('LAB_SOURCE_NOT_FOUND');
    return found;
  }

  return {
    async list(actor) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      return [...sources.values()];
    },
    async get(actor, id) {
      requireActor(actor, { scope: 'read', role: 'admin' });
      return find(id);
    },
    async add(actor, { name, address, ref, folder = '', everyMinutes = 10 }) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      const id = `source-${sources.size + 1}`;
      const times = { checkedAt: undefined, changedAt: undefined, createdAt: at };
      const seen = { state: 'waiting', commit: undefined, reason: undefined, problems: [] } as const;
      const source = { id, name, address, ref, folder, everyMinutes, ...times, ...seen, problems: [] };
      sources.set(id, source);
      return source;
    },
    async check(actor, id) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      return find(id);
    },
    async remove(actor, id) {
      requireActor(actor, { scope: 'manage', role: 'admin' });
      return sources.delete(id);
    },
  };
}
