/** Labels by which Berth finds everything that it created, and leaves everything else alone. */
export const LABEL = {
  installation: 'berth.installation',
  environment: 'berth.environment',
  machine: 'berth.machine',
  profile: 'berth.profile',
  role: 'berth.role',
  /** Name of a network within its environment. */
  network: 'berth.network',
  /** Names of a machine's networks in their order, separated by commas. */
  networks: 'berth.networks',
  /** Path of a volume in its machine; also on the image that contains its saved content. */
  volume: 'berth.volume',
  /**
   * The call that created a volume: the engine returns an existing volume with the same name as if it were
   * new.
   */
  attempt: 'berth.attempt',
  /** A machine's original process limit: its limit on the engine is raised for moments. */
  pids: 'berth.pids',
  /** Name of the folder from which set-up builds a lab image. */
  labImage: 'berth.image',
  /** Digest of an object's configuration, which shows whether it is up to date. */
  config: 'berth.config',
  /** End of a helper's lifetime, in milliseconds since 1970. */
  until: 'berth.until',
} as const;

/**
 * The purpose of an object. `machine`, `network`, `volume`: parts of an environment. `egress`: the helper
 * that sets the firewall rules of networks with internet. `gateway`: connects to a machine's ports. `mover`:
 * reads or fills a volume. `gauge`: a short-lived helper that inspects the engine or its host. `disk-gauge`:
 * the long-lived helper that measures the disk. `image`: a saved file system or volume. `registry`: the local
 * registry. `front`: an environment's access to that. `checker`: a container that runs a trusted check.
 */
export type Role =
  | 'machine'
  | 'network'
  | 'volume'
  | 'egress'
  | 'gateway'
  | 'mover'
  | 'gauge'
  | 'disk-gauge'
  | 'image'
  | 'registry'
  | 'front'
  | 'checker';

/** Returns the labels of an object of the installation, and usually of one environment. */
export function labelsOf(
  installation: string,
  role: Role,
  more: Partial<Record<keyof typeof LABEL, string>> = {},
): Record<string, string> {
  const named = Object.entries({ ...more, installation, role });
  return Object.fromEntries(named.map(([name, value]) => [LABEL[name as keyof typeof LABEL], value]));
}

/** Returns the engine's filter for objects with all of these labels. */
export function labelFilter(labels: Record<string, string>): { label: string[] } {
  return { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) };
}

/** Returns the names in a label that contains a list. */
export function listedIn(label: string | undefined): string[] {
  return label ? label.split(',') : [];
}

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
