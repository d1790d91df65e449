import { fromGlobalId, toGlobalId } from '../../shared/global-id.ts';
import type { Resolvers } from '../generated/resolver-types.ts';
import { connection, given, pageOf } from '../base/connection.ts';
import { learner } from '../identity/identity-resolvers.ts';

export const terminalsResolvers = {
  TerminalRole: { OWNER: 'owner', ASSISTING: 'assisting', WATCHING: 'watching' },

  Terminal: {
    openedBy: ({ openedById }, _, { loaders }) => loaders.user(openedById),
    recording: ({ id }, _, { loaders }) => loaders.recordingOf(id),
  },
  RecordedContent: { OUTPUT: 'output', INPUT: 'input' },
  Recording: {
    id: ({ id }) => toGlobalId('Recording', id),
    terminal: ({ terminalId }) => terminalId,
    session: ({ sessionId }, _, { loaders }) => loaders.session(sessionId),
    learner,
    lab: ({ labSlug }, _, { loaders }) => loaders.lab(labSlug),
    openedBy: ({ openedById }, _, { loaders }) => loaders.user(openedById),
    seconds: ({ durationMs }) => durationMs / 1_000,
    expiresAt: (recording, _, { services }) => services.recordings.expiresAt(recording),
    url: ({ id }, _, { urls }) => urls.recording(toGlobalId('Recording', id)),
  },
  RecordingConnection: connection,
  RecordedCollection: {
    setBy: ({ setById }, _, { loaders }) => loaders.user(setById),
  },
  Lab: {
    // A lab's own setting needs no reading.
    recording: ({ slug, version, recording }, _, { loaders }) =>
      recording ?? loaders.recordedContent({ labSlug: slug, labVersion: version }),
  },
  Assignment: {
    recording: ({ labSlug, labVersion, courseId }, _, { loaders }) =>
      loaders.recordedContent({ labSlug, labVersion, courseId }),
  },
  Session: {
    recording: ({ labSlug, labVersion, courseId }, _, { loaders }) =>
      loaders.recordedContent({ labSlug, labVersion, courseId }),
    recordings: ({ id }, args, { services, actor }) =>
      services.recordings.list(actor, { sessionId: id }, pageOf(args)),
  },
  Query: {
    recording: (_, { id }, { services, actor }) =>
      services.recordings.get(actor, fromGlobalId('Recording', id)),
    recordings: (_, args, { services, actor }) =>
      services.recordings.list(
        actor,
        {
          learnerId: args.learner ? fromGlobalId('User', args.learner) : undefined,
          sessionId: args.session ? fromGlobalId('Session', args.session) : undefined,
          lab: given(args.lab),
        },
        pageOf(args),
      ),
    recordedCollections: (_, _args, { services, actor }) => services.recordings.collections(actor),
  },

  Mutation: {
    async openTerminal(_, { input }, { services, actor, urls }) {
      const { machine, rows, cols } = input;
      const sessionId = fromGlobalId('Session', input.session);
      const opened = await services.terminals.open(actor, { sessionId, machine, rows, cols });
      return { ...opened, url: urls.terminal(opened.terminal.id) };
    },

    async attachTerminal(_, { input: { terminal, as } }, { services, actor, urls }) {
      const given = await services.terminals.ticket(actor, terminal, as ?? undefined);
      return { ...given, url: urls.terminal(terminal) };
    },

    async closeTerminal(_, { input: { terminal } }, { services, actor }) {
      const closed = await services.terminals.close(actor, terminal);
      return { closedId: closed ? terminal : null };
    },
    async deleteRecording(_, { input: { recording } }, { services, actor }) {
      const deleted = await services.recordings.delete(actor, fromGlobalId('Recording', recording));
      return { deletedId: deleted ? recording : null };
    },
    async recordCollection(_, { input: { collection, recorded } }, { services, actor }) {
      await services.recordings.recordCollection(actor, { collection, recorded });
      return { collections: await services.recordings.collections(actor) };
    },
  },
} satisfies Resolvers;
