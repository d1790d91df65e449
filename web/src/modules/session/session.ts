import { createContext, useContext } from 'react';
import { gql } from 'urql';
import { reasonFields } from '../api/service-message.ts';
import type { Reason } from '../api/service-message.ts';

/** A session as the lab page shows it. */
export interface LabSession {
  id: string;
  state: SessionState;
  generation: number;
  provisioning: { phase: ProvisioningPhase; percent: number | null } | null;
  /** While it waits. */
  queue: QueuePlace | null;
  reason: Reason | null;
  saving: { percent: number } | null;
  /** Why its work could not be saved. */
  saveProblem: Reason | null;
  savedState: { bytes: number; expiresAt: string } | null;
  /** Whether it is staff's copy of a learner's. */
  isFork: boolean;
  /** The session that it is a copy of, while that is there. */
  forkOf: { learner: { name: string } } | null;
  machines: SessionMachine[];
  expiresAt: string;
  warnedAt: string | null;
}

/** A machine of it. */
export interface SessionMachine {
  name: string;
  /** How full its disk is, once it is nearly full. */
  diskPercent: number | null;
}

export type ProvisioningPhase = 'QUEUED' | 'PULLING' | 'CREATING' | 'STARTING' | 'PREPARING';

export interface QueuePlace {
  place: number;
  waiting: number;
  estimatedWaitSeconds: number | null;
  reason: 'TURN' | 'MEMORY' | 'DISK' | 'PLACES' | 'NETWORKS' | 'QUOTA';
}

export type SessionState =
  | 'REQUESTED'
  | 'QUEUED'
  | 'PROVISIONING'
  | 'READY'
  | 'SAVING'
  | 'SAVED'
  | 'STOPPING'
  | 'ENDED'
  | 'FAILED'
  | 'UNREACHABLE';

const fields = `
  id
  state
  generation
  provisioning { phase percent }
  queue { place waiting estimatedWaitSeconds reason }
  reason { ${reasonFields} }
  saving { percent }
  saveProblem { ${reasonFields} }
  savedState { bytes expiresAt }
  isFork
  forkOf { learner { name } }
  machines { name diskPercent }
  expiresAt
  warnedAt
`;

export const ActiveSessionQuery = gql<
  { sessions: { edges: { node: LabSession }[] } },
  { lab: string; learner: string; first: number }
>`
  query ActiveSession($lab: String!, $learner: ID!, $first: Int!) {
    sessions(first: $first, lab: $lab, learner: $learner) { edges { node { ${fields} } } }
  }
`;

export const StartSession = gql<{ startSession: { session: LabSession } }, { lab: string }>`
  mutation StartSession($lab: String!) {
    startSession(input: { lab: $lab }) { session { ${fields} } }
  }
`;

export const StopSession = gql<{ stopSession: { session: LabSession } }, { id: string }>`
  mutation StopSession($id: ID!) {
    stopSession(input: { session: $id }) { session { ${fields} } }
  }
`;

export const RestartSession = gql<{ restartSession: { session: LabSession } }, { id: string }>`
  mutation RestartSession($id: ID!) {
    restartSession(input: { session: $id }) { session { ${fields} } }
  }
`;

export const ExtendSession = gql<{ extendSession: { session: LabSession } }, { id: string }>`
  mutation ExtendSession($id: ID!) {
    extendSession(input: { session: $id, minutes: 30 }) { session { ${fields} } }
  }
`;

export const SaveSession = gql<{ saveSession: { session: LabSession } }, { id: string }>`
  mutation SaveSession($id: ID!) {
    saveSession(input: { session: $id }) { session { ${fields} } }
  }
`;

export const ResumeSession = gql<{ resumeSession: { session: LabSession } }, { id: string }>`
  mutation ResumeSession($id: ID!) {
    resumeSession(input: { session: $id }) { session { ${fields} } }
  }
`;

export const ResetSession = gql<{ resetSession: { session: LabSession } }, { id: string }>`
  mutation ResetSession($id: ID!) {
    resetSession(input: { session: $id }) { session { ${fields} } }
  }
`;

export const SessionChanged = gql<{ sessionChanged: LabSession }, { id: string }>`
  subscription SessionChanged($id: ID!) {
    sessionChanged(id: $id) { ${fields} }
  }
`;

/** Whether it is over: another can be started. */
export function isOver(session: LabSession): boolean {
  return session.state === 'ENDED' || session.state === 'FAILED';
}

/** The session of the lab page while it is ready. */
export const ReadySession = createContext<LabSession | undefined>(undefined);

export function useReadySession(): LabSession | undefined {
  return useContext(ReadySession);
}
