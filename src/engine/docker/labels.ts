/** Labels by which everything that Berth made is found again, and by which the rest is left alone. */
export const LABEL = {
  installation: 'berth.installation',
  environment: 'berth.environment',
  machine: 'berth.machine',
  profile: 'berth.profile',
  role: 'berth.role',
  /** Name of a network within its environment. */
  network: 'berth.network',
  /** Names of the networks that a machine is on, in its order, with commas between. */
  networks: 'berth.networks',
  /** Path of a volume in its machine; also on the image that its content was saved as. */
  volume: 'berth.volume',
  /** The one call that made a volume: the engine hands out one that is there by the name as if it were new. */
  attempt: 'berth.attempt',
  /** Most processes of a machine, as it was made: its limit on the engine is raised for moments. */
  pids: 'berth.pids',
  /** Name of the folder that set-up builds a lab image from. */
  labImage: 'berth.image',
  /** Digest of how it was made, by which a later build knows whether it is as it should be. */
  config: 'berth.config',
  /** When nobody waits for a helper any more, in milliseconds since 1970. */
  until: 'berth.until',
} as const;

/**
 * What a thing is for: a learner's machine, an environment's network or volume, the helper that sets
 * the rules of the internet, the one that carries connections to a machine's ports, one that moves a
 * volume's content, one that looks at the engine or its host for a moment, one that looks at the disk for long, a saved file system or volume, the local registry, an
 * environment's front of that, a container that a check runs in.
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

/** Labels of something that belongs to the installation and, mostly, to one environment. */
export function labelsOf(
  installation: string,
  role: Role,
  more: Partial<Record<keyof typeof LABEL, string>> = {},
): Record<string, string> {
  const named = Object.entries({ ...more, installation, role });
  return Object.fromEntries(named.map(([name, value]) => [LABEL[name as keyof typeof LABEL], value]));
}

/** The engine's filter for things that carry all of these labels. */
export function labelFilter(labels: Record<string, string>): { label: string[] } {
  return { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) };
}

/** Names in a label that holds a list. */
export function listedIn(label: string | undefined): string[] {
  return label ? label.split(',') : [];
}
