import type { QueuePlace } from './session.ts';

const REASONS: Record<string, string> = {
  TURN: 'There is room: others are being made just now.',
  MEMORY: 'The memory for sessions is in use.',
  DISK: 'The disk has too little room left: whoever runs this service has to make some.',
  PLACES: 'As many sessions run as may run at once.',
  NETWORKS: 'All networks are in use.',
  QUOTA: 'You, your course or this lab has as much as it may have at once.',
};

/** Where a session is in the queue, what it waits for, and for how long. */
export function Waiting({ queue }: { queue: QueuePlace }) {
  const { place, waiting, reason, estimatedWaitSeconds } = queue;
  return (
    <output className="waiting">
      You are number {place} of {waiting} who wait. {REASONS[reason]}{' '}
      {estimatedWaitSeconds === null
        ? 'How long it takes can not be known.'
        : `It should take ${waitText(estimatedWaitSeconds)}.`}{' '}
      Your machine starts by itself: you may leave this page open.
    </output>
  );
}

function waitText(seconds: number): string {
  if (seconds < 60) return 'less than a minute';
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? 'about a minute' : `about ${minutes} minutes`;
}
