import { fault, isFault } from '../../../core/errors.ts';
import { inLanguage } from '../../../domains/labs/localized-text.ts';
import { enterPath, isLocalPath } from '../../shared/preview-hosts.ts';
import { fromGlobalId } from '../../shared/global-id.ts';
import type { PublicUrls } from '../context.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const previewsResolvers = {
  Machine: {
    ports: ({ name, session }, _, { services, urls }) =>
      services.previews.declared({ ...session, name }).map(({ port, name: called }) => ({
        port,
        name: called,
        url: addressOf(urls, services.previews.label({ sessionId: session.id, machine: name, port })),
      })),
  },
  MachinePort: { name: ({ name }, { language }) => inLanguage(name, language) },

  Mutation: {
    async openPort(_, { input }, { services, actor, urls }) {
      const { machine, port, path } = input;
      if (!isLocalPath(path))
        throw fault('INPUT_INVALID', { problem: '"path" must be a path, such as /docs.' });
      const sessionId = fromGlobalId('Session', input.session);
      const target = { sessionId, machine, port };
      const { label, secret } = await services.previews.open(actor, target);
      return { url: urls.preview(label, enterPath(secret, path)) };
    },
  },
} satisfies Resolvers;

function addressOf(urls: PublicUrls, label: string): string | undefined {
  try {
    return urls.preview(label, '/');
  } catch (error) {
    if (isFault(error, 'PREVIEWS_OFF')) return undefined;
    throw error;
  }
}
