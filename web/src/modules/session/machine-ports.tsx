import { useQuery } from 'urql';
import { PortsDocument } from '../../generated/operations.ts';
import type { LabSession } from '../../generated/operations.ts';
import { Problem } from '../../components/problem.tsx';
import { useLastValue } from '../../components/hooks.ts';
import { queryErrorText } from '../api/error-text.ts';
import { useRetry } from '../api/retry.ts';
import { useLanguage, useTexts } from '../language/language.ts';
import { sessionTexts } from './texts.ts';
import { useOpenPort } from './use-open-port.ts';

/** Renders a button for each web server that the lab names. It opens the server in a new tab. */
export function MachinePorts({ session: { id, state } }: { session: LabSession }) {
  const texts = useTexts(sessionTexts);
  const language = useLanguage();
  const { open, problem } = useOpenPort();
  const [{ data, error }, refetch] = useQuery({ query: PortsDocument, variables: { id, language } });
  useRetry(error, refetch);
  const machines = useLastValue(data)?.session.machines ?? [];
  const ports = machines.flatMap((machine) =>
    machine.ports.filter(({ url }) => url !== null).map((port) => ({ ...port, machine: machine.name })),
  );
  return (
    <>
      {error && <Problem>{queryErrorText(error)}</Problem>}
      {ports.length > 0 && (
        <nav className="ports" aria-label={texts.webServers}>
          {ports.map(({ machine, port, name }) => (
            <button
              key={`${machine} ${port}`}
              type="button"
              className="quiet"
              disabled={state !== 'READY'}
              onClick={() => void open({ session: id, machine, port })}
            >
              {texts.open(name)}
              {machines.length > 1 && ` ${texts.onMachine(machine)}`} <span aria-hidden="true">↗</span>
            </button>
          ))}
        </nav>
      )}
      {problem && <Problem>{problem}</Problem>}
    </>
  );
}
