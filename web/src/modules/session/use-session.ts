import { useEffect, useState } from 'react';
import type { CombinedError, TypedDocumentNode } from 'urql';
import { useClient, useQuery } from 'urql';
import { useRetry } from '../api/retry.ts';
import { followSession } from './follow-session.ts';
import type { Heard } from './follow-session.ts';
import {
  ActiveSessionQuery,
  ExtendSession,
  isOver,
  ResetSession,
  RestartSession,
  ResumeSession,
  SaveSession,
  StartSession,
  StopSession,
} from './session.ts';
import type { LabSession } from './session.ts';

/** The learner's session of a lab, followed as it changes, and what can be done with it. */
export interface SessionHandle {
  session: LabSession | undefined;
  /** Whether it is known yet if there is one. */
  known: boolean;
  /** Whether it was started from this page, rather than found. */
  startedHere: boolean;
  /** How often it was restarted from this page: each time its shells are gone. */
  restarts: number;
  /** Whether something asked for is being done; nothing more can be asked for until then. */
  busy: boolean;
  /** Why it cannot be read, or not be followed any longer. */
  readingError: CombinedError | undefined;
  /** Why what was asked for last was not done. */
  error: CombinedError | undefined;
  start(): void;
  stop(): void;
  restart(): void;
  extend(): void;
  /** Puts its work away. */
  save(): void;
  /** Goes on with what was saved. */
  resume(): void;
  /** Begins it anew: what was done and saved goes. */
  reset(): void;
}

/** Of how many of a learner's sessions of a lab a certain one is looked for; those before it have long ended. */
const LOOKED_THROUGH = 50;

/** The session `chosen` by its id, else the newest one. */
export function useSession(lab: string, learner: string, chosen: string | undefined): SessionHandle {
  const client = useClient();
  const [answered, setAnswered] = useState<LabSession>();
  const [startedHere, setStartedHere] = useState(false);
  const [restarts, setRestarts] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError>();
  const [found, lookAgain] = useQuery({
    query: ActiveSessionQuery,
    variables: { lab, learner, first: chosen === undefined ? 1 : LOOKED_THROUGH },
    requestPolicy: 'network-only',
  });
  useRetry(found.error, lookAgain);

  const all = found.data?.sessions.edges.map(({ node }) => node);
  const last = answered ?? all?.find(({ id }) => id === chosen) ?? all?.[0];
  const [heard, setHeard] = useState<Heard>();
  const lastId = last?.id;
  const over = last !== undefined && isOver(last);
  useEffect(() => {
    if (lastId === undefined || over) return undefined;
    return followSession(client, lastId, setHeard);
  }, [client, lastId, over]);
  const news = heard?.id === lastId ? heard : undefined;
  const session = news?.deleted ? undefined : newest(last, news?.session);

  async function ask<Data, Variables extends object>(
    mutation: TypedDocumentNode<Data, Variables>,
    variables: Variables,
    read: (data: Data) => LabSession,
  ) {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    const result = await client.mutation(mutation, variables);
    setBusy(false);
    setError(result.error);
    if (result.data) setAnswered(read(result.data));
  }

  const id = session?.id ?? '';
  return {
    session,
    known: found.data !== undefined || answered !== undefined,
    startedHere,
    restarts,
    busy,
    readingError: found.error ?? news?.error,
    error,
    start() {
      setStartedHere(true);
      void ask(StartSession, { lab }, (data) => data.startSession.session);
    },
    stop: () => void ask(StopSession, { id }, (data) => data.stopSession.session),
    restart: () =>
      void ask(RestartSession, { id }, (data) => {
        setRestarts(restarts + 1);
        return data.restartSession.session;
      }),
    extend: () => void ask(ExtendSession, { id }, (data) => data.extendSession.session),
    save: () => void ask(SaveSession, { id }, (data) => data.saveSession.session),
    resume() {
      setStartedHere(true);
      void ask(ResumeSession, { id }, (data) => data.resumeSession.session);
    },
    reset() {
      setStartedHere(true);
      void ask(ResetSession, { id }, (data) => data.resetSession.session);
    },
  };
}

/** Of two answers about one session the later. */
function newest(answered: LabSession | undefined, event: LabSession | undefined): LabSession | undefined {
  if (!answered || !event) return answered;
  return event.generation >= answered.generation ? event : answered;
}
