import { LABEL } from './labels.ts';

/** The part of the engine's answer that identifies a container. */
interface Listed {
  Names?: string[] | null;
  /** Null while the engine is creating the container. */
  Labels?: Record<string, string> | null;
}

/** Returns the name of a machine's container. */
export function machineContainer(environmentId: string, machine: string): string {
  return `berth-${environmentId}-${machine}`;
}

/**
 * Returns whether Berth created a container that has an installation's labels. If somebody saves a machine or
 * a learner's work as an image, containers of that image inherit the labels, but not the name.
 */
export function isMadeByBerth({ Names, Labels }: Listed): boolean {
  const {
    [LABEL.role]: role,
    [LABEL.environment]: environment = '',
    [LABEL.machine]: machine = '',
  } = Labels ?? {};
  if (role === 'image') return false;
  // A container that is being removed can have lost its name.
  if (role !== 'machine' || !Names?.length) return true;
  return Names.includes(`/${machineContainer(environment, machine)}`);
}
