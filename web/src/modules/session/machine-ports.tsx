import { useState } from 'react';
import type { CombinedError } from 'urql';
import { gql, useClient } from 'urql';
import { Problem } from '../../components/problem.tsx';
import { errorText } from '../api/error-text.ts';
import type { LabSession } from './session.ts';

const OpenPort = gql<{ openPort: { url: string } }, { session: string; machine: string; port: number }>`
  mutation OpenPort($session: ID!, $machine: String!, $port: Int!) {
    openPort(input: { session: $session, machine: $machine, port: $port }) {
      url
    }
  }
`;

/** The web servers that the lab speaks of, each to be opened in a tab of its own. */
export function MachinePorts({ session }: { session: LabSession }) {
  const client = useClient();
  const [error, setError] = useState<CombinedError>();
  const ports = session.machines.flatMap((machine) =>
    machine.ports.filter(({ url }) => url !== null).map((port) => ({ ...port, machine: machine.name })),
  );
  if (ports.length === 0) return null;

  async function open(machine: string, port: number) {
    setError(undefined);
    // At once, as part of the press: browsers keep pages from opening tabs later.
    const tab = window.open('about:blank', '_blank');
    if (tab) tab.opener = null;
    const result = await client.mutation(OpenPort, { session: session.id, machine, port });
    setError(result.error);
    if (result.data) tab?.location.replace(result.data.openPort.url);
    else tab?.close();
  }

  return (
    <>
      <nav className="ports" aria-label="Your web servers">
        {ports.map(({ machine, port, name }) => (
          <button
            key={`${machine} ${port}`}
            type="button"
            className="quiet"
            disabled={session.state !== 'READY'}
            onClick={() => void open(machine, port)}
          >
            Open {name}
            {session.machines.length > 1 && ` on ${machine}`} <span aria-hidden="true">↗</span>
          </button>
        ))}
      </nav>
      {error && <Problem>{errorText(error)}</Problem>}
    </>
  );
}
