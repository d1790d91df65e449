import { useEffect, useState } from 'react';
import { useClient, useQuery } from 'urql';
import type { Client, CombinedError, TypedDocumentNode } from 'urql';
import { onEnd, pipe, subscribe } from 'wonka';
import {
  ExtendSessionDocument,
  LabSessionsDocument,
  ResetSessionDocument,
  RestartSessionDocument,
  ResumeSessionDocument,
  SaveSessionDocument,
  SessionChangedDocument,
  StartSessionDocument,
  StopSessionDocument,
} from '../../generated/operations.ts';
import type { LabSession } from '../../generated/operations.ts';
import { useRetry } from '../api/retry.ts';
import { isOver } from './session.ts';

/** A learner's session of a lab, kept up to date, and its actions. */
export interface SessionHandle {
  session: LabSession | undefined;
  /** Whether the query for a session has been answered. */
  known: boolean;
  /** Whether this page started the session. */
  startedOnThisPage: boolean;
  /** Number of restarts from this page. A restart ends all shells. */
  restarts: number;
  /** Whether an action is pending. Other actions are ignored until it ends. */
  busy: boolean;
  /** Why the session cannot be read or followed. */
  queryError: CombinedError | undefined;
  /** Why the last action failed. */
  error: CombinedError | undefined;
  start(): void;
  stop(): void;
  restart(): void;
  extend(): void;
  save(): void;
  resume(): void;
  /** Starts over. The work and its saved copy are deleted. */
  reset(): void;
}

/** Sessions of a learner and lab among which the chosen one is searched. Older ones ended long ago. */
const SEARCHED_SESSIONS = 50;

/** Returns the session with the id `chosen`, or else the newest one of self-study. */
export function useSession(lab: string, learner: string, chosen: string | undefined): SessionHandle {
  const client = useClient();
  const [answered, setAnswered] = useState<LabSession>();
  const [startedOnThisPage, setStartedOnThisPage] = useState(false);
  const [restarts, setRestarts] = useState(0);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<CombinedError>();
  const [found, refetch] = useQuery({
    query: LabSessionsDocument,
    variables:
      chosen === undefined
        ? { lab, learner, first: 1, selfStudy: true }
        : { lab, learner, first: SEARCHED_SESSIONS, selfStudy: false },
    requestPolicy: 'network-only',
  });
  useRetry(found.error, refetch);

  const all = found.data?.sessions.edges.map(({ node }) => node);
  const last = answered ?? all?.find(({ id }) => id === chosen) ?? all?.[0];
  const [lastEvent, setLastEvent] = useState<SessionEvent>();
  const lastId = last?.id;
  const over = last !== undefined && isOver(last);
  useEffect(() => {
    if (lastId === undefined || over) return undefined;
    return followSession(client, lastId, setLastEvent);
  }, [client, lastId, over]);
  const event = lastEvent?.id === lastId ? lastEvent : undefined;
  const session = event?.deleted ? undefined : newest(last, event?.session);

  async function run<Data, Variables extends object>(
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
    // The answer was lost, but the service may have acted.
    if (result.error?.networkError) refetch();
  }

  const id = session?.id ?? '';
  return {
    session,
    known: found.data !== undefined || answered !== undefined,
    startedOnThisPage,
    restarts,
    busy,
    queryError: found.error ?? event?.error,
    error,
    start() {
      setStartedOnThisPage(true);
      void run(StartSessionDocument, { lab }, (data) => data.startSession.session);
    },
    stop: () => void run(StopSessionDocument, { id }, (data) => data.stopSession.session),
    restart: () =>
      void run(RestartSessionDocument, { id }, (data) => {
        setRestarts(restarts + 1);
        return data.restartSession.session;
      }),
    extend: () => void run(ExtendSessionDocument, { id }, (data) => data.extendSession.session),
    save: () => void run(SaveSessionDocument, { id }, (data) => data.saveSession.session),
    resume() {
      setStartedOnThisPage(true);
      void run(ResumeSessionDocument, { id }, (data) => data.resumeSession.session);
    },
    reset() {
      setStartedOnThisPage(true);
      void run(ResetSessionDocument, { id }, (data) => data.resetSession.session);
    },
  };
}

/** Returns the later of two versions of a session. */
function newest(answered: LabSession | undefined, event: LabSession | undefined): LabSession | undefined {
  if (!answered || !event) return answered;
  return event.generation >= answered.generation ? event : answered;
}

/** The last event of a subscription to a session. */
export interface SessionEvent {
  id: string;
  session?: LabSession | undefined;
  /** Why the subscription ended. */
  error?: CombinedError | undefined;
  deleted?: boolean;
}

/** Subscribes to a session's changes, also across restarts of the service. Returns a function that unsubscribes. */
function followSession(client: Client, id: string, onEvent: (event: SessionEvent) => void): () => void {
  let stopped = false;
  let last: SessionEvent = { id };
  function emit(event: Partial<SessionEvent>) {
    last = { ...last, ...event };
    onEvent(last);
  }
  const { unsubscribe } = pipe(
    client.subscription(SessionChangedDocument, { id }),
    // The service completes the subscription when the session is deleted.
    onEnd(() => !stopped && !last.error && emit({ deleted: true })),
    subscribe(({ data, error }) => emit({ session: data?.sessionChanged ?? last.session, error })),
  );
  return () => {
    stopped = true;
    unsubscribe();
  };
}
