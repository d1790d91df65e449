import { createContext, useContext } from 'react';
import type { LabSession } from './session.ts';

/** The session of the lab's page while it can be worked in. */
export const ReadySession = createContext<LabSession | undefined>(undefined);

export function useReadySession(): LabSession | undefined {
  return useContext(ReadySession);
}
