import { createContext, useContext } from 'react';
import type { LabSession } from '../../generated/operations.ts';

/** The session of the lab page while it is ready. */
export const ReadySession = createContext<LabSession | undefined>(undefined);

export function useReadySession(): LabSession | undefined {
  return useContext(ReadySession);
}

/** Returns whether the session has ended, so that another one can be started. */
export function isOver(session: LabSession): boolean {
  return session.state === 'ENDED' || session.state === 'FAILED';
}
