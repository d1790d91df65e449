import { createContext, useContext } from 'react';

/** The signed-in user. */
export interface SignedIn {
  id: string;
  name: string;
  role: 'STUDENT' | 'INSTRUCTOR' | 'ADMIN';
}

export const ViewerContext = createContext<SignedIn | undefined>(undefined);

/** The user of this page; only for components within `Viewer`. */
export function useViewer(): SignedIn {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('Nobody is signed in here.');
  return viewer;
}

/** Whether they may see what learners do. */
export function isStaff({ role }: SignedIn): boolean {
  return role !== 'STUDENT';
}
