import { useState } from 'react';
import { useClient } from 'urql';
import { OpenPortDocument } from '../../generated/operations.ts';
import { errorText } from '../api/error-text.ts';

/** Returns a function that opens a port of a session's machine in a new tab. */
export function useOpenPort(): {
  open(at: { session: string; machine: string; port: number; path?: string }): Promise<void>;
  /** Why the last port did not open. */
  problem: string | undefined;
} {
  const client = useClient();
  const [problem, setProblem] = useState<string>();
  return {
    problem,
    async open({ session, machine, port, path = '/' }) {
      setProblem(undefined);
      // Browsers let a page open tabs only during a click, so the tab opens before the service answers.
      const tab = window.open('about:blank', '_blank');
      if (tab) tab.opener = null;
      const { data, error } = await client.mutation(OpenPortDocument, { session, machine, port, path });
      if (error) setProblem(errorText(error));
      if (data) tab?.location.replace(data.openPort.url);
      else tab?.close();
    },
  };
}
