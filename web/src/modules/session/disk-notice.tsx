import { useTexts } from '../language/language.ts';
import type { SessionMachine } from './session.ts';
import { sessionTexts } from './texts.ts';

/** Warns of machines that have nearly written all they may. */
export function DiskNotice({ machines, savable }: { machines: readonly SessionMachine[]; savable: boolean }) {
  const texts = useTexts(sessionTexts);
  return machines.map(({ name, diskPercent }) => {
    if (diskPercent === null) return null;
    return (
      <p key={name} className="note">
        {/* Told at once to those who can not see it; that it grows is not. */}
        <strong className="warning" role="alert">
          {texts.diskNearlyFull(machines.length > 1 ? name : undefined)}
        </strong>{' '}
        {texts.aboutDisk(diskPercent, savable)}
      </p>
    );
  });
}
