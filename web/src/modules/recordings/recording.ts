import { gql } from 'urql';

/** What is recorded: what terminals print, or what is typed as well. */
export type RecordedContent = 'OUTPUT' | 'INPUT';

/** A recording as it stands in a list. */
export interface ListedRecording {
  id: string;
  machine: string;
  labSlug: string;
  lab: { title: string } | null;
  learner: { id: string; name: string };
  content: RecordedContent;
  startedAt: string;
  /** Null while it goes on. */
  endedAt: string | null;
  seconds: number;
  truncated: boolean;
  expiresAt: string | null;
  url: string;
}

export type RecordingPage = {
  edges: { node: ListedRecording }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};

const fields = `
  id
  machine
  labSlug
  lab { title(language: $language) }
  learner { id name }
  content
  startedAt
  endedAt
  seconds
  truncated
  expiresAt
  url
`;

export const RecordingsQuery = gql<
  { list: RecordingPage },
  { session: string | null; after: string | null; language: string }
>`
  query Recordings($session: ID, $after: String, $language: String) {
    list: recordings(first: 20, after: $after, session: $session) {
      edges { node { ${fields} } }
      pageInfo { hasNextPage endCursor }
    }
  }
`;

export const RecordingQuery = gql<{ recording: ListedRecording }, { id: string; language: string }>`
  query Recording($id: ID!, $language: String) {
    recording(id: $id) { ${fields} }
  }
`;
