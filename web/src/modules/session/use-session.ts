import { useState } from 'react';
import type { CombinedError, OperationResult } from 'urql';
import { useClient, useQuery, useSubscription } from 'urql';
import {
  ActiveSessionQuery,
  ExtendSession,
  isOver,
  RestartSession,
  SessionChanged,
  StartSession,
  StopSession,
} from './session.ts';
import type { LabSession } from './session.ts';

/** The learner's session of a lab, followed as it changes, and what can be done with it. */
export interface SessionHandle {
  session: LabSession | undefined;
  /** Whether it is known yet if there is one. */
  known: boolean;
  error: CombinedError | undefined;
  start(): void;
  stop(): void;
  restart(): void;
  extend(): void;
}

export function useSession(lab: string, learner: string): SessionHandle {
  const client = useClient();
  const [answered, setAnswered] = useState<LabSession>();
  const [error, setError] = useState<CombinedError>();
  const [found] = useQuery({
    query: ActiveSessionQuery,
    variables: { lab, learner },
    requestPolicy: 'network-only',
  });

  const last = answered ?? found.data?.sessions.edges[0]?.node;
  const [changed] = useSubscription({
    query: SessionChanged,
    variables: { id: last?.id ?? '' },
    pause: !last || isOver(last),
  });
  const session = newest(last, changed.data?.sessionChanged);

  function take<Data>(result: OperationResult<Data>, read: (data: Data) => LabSession) {
    setError(result.error);
    if (result.data) setAnswered(read(result.data));
  }

  return {
    session,
    known: !found.fetching,
    error: error ?? found.error,
    start() {
      void client
        .mutation(StartSession, { lab })
        .then((result) => take(result, (data) => data.startSession.session));
    },
    stop() {
      const id = session?.id ?? '';
      void client
        .mutation(StopSession, { id })
        .then((result) => take(result, (data) => data.stopSession.session));
    },
    restart() {
      const id = session?.id ?? '';
      void client
        .mutation(RestartSession, { id })
        .then((result) => take(result, (data) => data.restartSession.session));
    },
    extend() {
      const id = session?.id ?? '';
      void client
        .mutation(ExtendSession, { id })
        .then((result) => take(result, (data) => data.extendSession.session));
    },
  };
}

/** Of two answers about one session the later; an event of an earlier session does not count. */
function newest(answered: LabSession | undefined, event: LabSession | undefined): LabSession | undefined {
  if (!event || event.id !== answered?.id) return answered;
  return event.generation >= answered.generation ? event : answered;
}
