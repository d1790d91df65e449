import { gql } from 'urql';
import { reasonFields } from '../api/service-message.ts';
import type { Reason } from '../api/service-message.ts';
import type { SessionState } from '../session/session.ts';

/** A learner's session as staff see it in a list. */
export interface WatchedSession {
  id: string;
  state: SessionState;
  generation: number;
  provisioning: { percent: number | null } | null;
  queue: { place: number } | null;
  saving: { percent: number } | null;
  saveProblem: Reason | null;
  savedState: { bytes: number } | null;
  labSlug: string;
  lab: { title: string } | null;
  learner: Person;
  progress: { passed: number; total: number } | null;
  isFork: boolean;
  /** The session that it is a copy of, while that is there. */
  forkOf: { learner: Person } | null;
  createdAt: string;
  expiresAt: string;
}

/** A learner's work that was put away, as staff see it in a list. */
export interface WatchedState {
  id: string;
  learner: Person;
  labSlug: string;
  lab: { title: string } | null;
  /** The session that goes on from it, while that is there. */
  session: { id: string; state: SessionState } | null;
  isFork: boolean;
  bytes: number;
  createdAt: string;
  expiresAt: string;
}

/** A terminal of a learner's. */
export interface WatchedTerminal {
  id: string;
  machine: string;
  /** Null where it is not recorded. */
  recording: { content: 'OUTPUT' | 'INPUT'; endedAt: string | null } | null;
}

export interface Person {
  id: string;
  name: string;
}

/** A page of a list, and where the next one begins. */
export interface Page<Item> {
  edges: { node: Item }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Which part of a list is asked for; null is everybody's, or the first page. */
export type Wanted = {
  lab: string | null;
  learner: string | null;
  after: string | null;
  language: string;
};

const sessionFields = `
  id
  state
  generation
  provisioning { percent }
  queue { place }
  saving { percent }
  saveProblem { ${reasonFields} }
  savedState { bytes }
  labSlug
  lab { title(language: $language) }
  learner { id name }
  progress { passed total }
  isFork
  forkOf { learner { id name } }
  createdAt
  expiresAt
`;

export const RunningSessionsQuery = gql<{ list: Page<WatchedSession> }, Wanted>`
  query RunningSessions($lab: String, $learner: ID, $after: String, $language: String) {
    list: sessions(
      first: 20
      after: $after
      lab: $lab
      learner: $learner
      states: [REQUESTED, QUEUED, PROVISIONING, READY, SAVING, STOPPING, UNREACHABLE]
    ) {
      edges { node { ${sessionFields} } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

export const WatchedSessionChanged = gql<
  { sessionChanged: WatchedSession },
  { id: string; language: string }
>`
  subscription WatchedSessionChanged($id: ID!, $language: String) {
    sessionChanged(id: $id) { ${sessionFields} }
  }
`;

export const WatchedTerminalsQuery = gql<
  { session: { learner: Person; terminals: WatchedTerminal[] } },
  { session: string }
>`
  query WatchedTerminals($session: ID!) {
    session(id: $session) {
      id
      learner {
        id
        name
      }
      terminals {
        id
        machine
        recording {
          content
          endedAt
        }
      }
    }
  }
`;

export const SavedStatesQuery = gql<{ list: Page<WatchedState> }, Wanted>`
  query SavedStates($lab: String, $learner: ID, $after: String, $language: String) {
    list: savedStates(first: 20, after: $after, lab: $lab, learner: $learner) {
      edges {
        node {
          id
          learner {
            id
            name
          }
          labSlug
          lab {
            title(language: $language)
          }
          session {
            id
            state
          }
          isFork
          bytes
          createdAt
          expiresAt
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

export const ForkSession = gql<{ forkSession: { session: { id: string; labSlug: string } } }, { id: string }>`
  mutation ForkSession($id: ID!) {
    forkSession(input: { session: $id }) {
      session {
        id
        labSlug
      }
    }
  }
`;

export const EndWatchedSession = gql<{ stopSession: { session: { id: string } } }, { id: string }>`
  mutation EndWatchedSession($id: ID!) {
    stopSession(input: { session: $id }) {
      session {
        id
        state
      }
    }
  }
`;
