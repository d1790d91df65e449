import { Problem } from '../../components/problem.tsx';
import type { LabSession } from './session.ts';
import { useOpenPort } from './use-open-port.ts';

/** The web servers that the lab speaks of, each to be opened in a tab of its own. */
export function MachinePorts({ session }: { session: LabSession }) {
  const { open, problem } = useOpenPort();
  const ports = session.machines.flatMap((machine) =>
    machine.ports.filter(({ url }) => url !== null).map((port) => ({ ...port, machine: machine.name })),
  );
  if (ports.length === 0) return null;
  return (
    <>
      <nav className="ports" aria-label="Your web servers">
        {ports.map(({ machine, port, name }) => (
          <button
            key={`${machine} ${port}`}
            type="button"
            className="quiet"
            disabled={session.state !== 'READY'}
            onClick={() => void open({ session: session.id, machine, port })}
          >
            Open {name}
            {session.machines.length > 1 && ` on ${machine}`} <span aria-hidden="true">↗</span>
          </button>
        ))}
      </nav>
      {problem && <Problem>{problem}</Problem>}
    </>
  );
}
