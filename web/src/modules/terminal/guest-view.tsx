import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { showGuestTerminal } from './guest-screen.ts';
import { StatusLine } from './status-line.tsx';
import type { GuestRole } from './terminal-api.ts';
import { unknownStatus } from './terminal-status.ts';

/** A terminal of somebody else, as they see it. */
export function GuestView({ terminal, as }: { terminal: string; as: GuestRole }) {
  const client = useClient();
  const place = useRef<HTMLDivElement>(null);
  const [status, setStatus] = useState(unknownStatus);
  const [ended, setEnded] = useState<string>();

  useEffect(
    () =>
      place.current
        ? showGuestTerminal(place.current, { client, terminal, as, onStatus: setStatus, onEnd: setEnded })
        : undefined,
    [client, terminal, as],
  );

  return (
    <div className="shell">
      <div className="shell-screen guest" ref={place} />
      {ended === undefined && <StatusLine status={status} />}
      {ended !== undefined && (
        <div className="shell-end">
          <output>{ended}</output>
        </div>
      )}
    </div>
  );
}
