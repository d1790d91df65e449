import { LABEL } from './labels.ts';

/** Of the engine's answer, what tells whose a container is. */
interface Listed {
  Names?: string[] | null;
  /** None while the container is just being made. */
  Labels?: Record<string, string> | null;
}

/** What a machine's container is called. */
export function machineContainer(environmentId: string, machine: string): string {
  return `berth-${environmentId}-${machine}`;
}

/**
 * Whether a container with an installation's labels is one that Berth made. What people save of a machine
 * or of a learner's work as an image of their own hands on its labels to what they run of it, but not its name.
 */
export function isMadeByBerth({ Names, Labels }: Listed): boolean {
  const {
    [LABEL.role]: role,
    [LABEL.environment]: environment = '',
    [LABEL.machine]: machine = '',
  } = Labels ?? {};
  if (role === 'image') return false;
  // One that is being removed can have lost its name.
  if (role !== 'machine' || !Names?.length) return true;
  return Names.includes(`/${machineContainer(environment, machine)}`);
}
