import { createContext, useContext } from 'react';

/** Whoever is signed in. */
export interface SignedIn {
  id: string;
  name: string;
  role: 'STUDENT' | 'INSTRUCTOR' | 'ADMIN';
}

export const ViewerContext = createContext<SignedIn | undefined>(undefined);

/** Whoever looks at this page; only for what stands within `Viewer`. */
export function useViewer(): SignedIn {
  const viewer = useContext(ViewerContext);
  if (!viewer) throw new Error('Nobody is signed in here.');
  return viewer;
}

/** Whether they may see what learners do. */
export function isStaff({ role }: SignedIn): boolean {
  return role !== 'STUDENT';
}
