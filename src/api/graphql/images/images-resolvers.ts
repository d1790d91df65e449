import { connection, pageOf, given } from '../base/connection.ts';
import { fromGlobalId, toGlobalId } from '../../shared/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';

export const imagesResolvers = {
  ImageOrigin: {
    PULLED: 'pulled',
    BUILT: 'built',
    SET_UP: 'set_up',
    SAVED_STATE: 'saved_state',
    FOREIGN: 'foreign',
  },
  Image: {
    id: (image) => toGlobalId('Image', image.id),
    engineId: (image) => image.id,
    pinned: (image) => image.pinnedBy.length > 0,
    labs: (image, _, { loaders }) => image.labs.flatMap((slug) => loaders.lab(slug) ?? []),
  },
  ImageConnection: connection,
  Query: {
    image: (_, { id }, { services, actor }) => services.images.get(actor, fromGlobalId('Image', id)),
    images: (_, args, { services, actor }) => services.images.list(actor, pageOf(args)),
    imageFolders: (_, _args, { services, actor }) => services.images.folders(actor),
    registryCredentials: (_, _args, { services, actor }) => services.registryCredentials.list(actor),
    labPins: (_, { lab }, { services, actor }) => services.pins.list(actor, lab),
    localRegistry: (_, _args, { services, actor }) => services.registry.get(actor),
  },
  Mutation: {
    pullImage: async (_, { input: { image } }, { services, actor }) => ({
      job: await services.images.pull(actor, image),
    }),
    buildImage: async (_, { input: { folder } }, { services, actor }) => ({
      job: await services.images.buildFolder(actor, folder),
    }),
    removeImage: async (_, { input: { image } }, { services, actor }) => ({
      removed: (await services.images.remove(actor, image)) ? image : null,
    }),
    pruneImages: async (_, _args, { services, actor }) => ({ job: await services.images.prune(actor) }),
    setRegistryCredential: async (_, { input }, { services, actor }) => ({
      credential: await services.registryCredentials.set(actor, input),
    }),
    removeRegistryCredential: async (_, { input: { registry } }, { services, actor }) => ({
      removed: (await services.registryCredentials.remove(actor, registry)) ? registry : null,
    }),
    repinLab: async (_, { input: { lab } }, { services, actor }) => ({
      forgotten: await services.pins.repin(actor, lab),
    }),
    mirrorImage: async (_, { input: { image, as } }, { services, actor }) => ({
      job: await services.registry.mirror(actor, { image, as: given(as) }),
    }),
    removeRegistryImage: async (_, { input: { image } }, { services, actor }) => ({
      removed: await services.registry.remove(actor, image),
    }),
  },
} satisfies Resolvers;
