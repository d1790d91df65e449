import { useTexts } from '../language/language.ts';
import type { SessionMachine } from './session.ts';
import { sessionTexts } from './texts.ts';

/** Warns of machines that have nearly written all they may. */
export function DiskNotice({ machines }: { machines: readonly SessionMachine[] }) {
  const texts = useTexts(sessionTexts);
  return machines.map(({ name, diskPercent }) => {
    if (diskPercent === null) return null;
    return (
      <p key={name} className="note">
        {/* Told at once to those who cannot see it; that it grows is not. */}
        <strong className="warning" role="alert">
          {texts.diskNearlyFull(machines.length > 1 ? name : undefined, diskPercent >= 100)}
        </strong>{' '}
        {texts.aboutDisk(diskPercent)}
      </p>
    );
  });
}
