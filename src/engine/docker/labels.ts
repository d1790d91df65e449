/** Labels by which everything that Berth made is found again, and by which the rest is left alone. */
export const LABEL = {
  installation: 'berth.installation',
  session: 'berth.session',
  machine: 'berth.machine',
  profile: 'berth.profile',
  role: 'berth.role',
  /** Most processes of a machine, as it was made: its limit on the engine is raised for moments. */
  pids: 'berth.pids',
  /** Name of the folder that set-up builds a lab image from. */
  labImage: 'berth.image',
  /** When nobody waits for a helper any more, in milliseconds since 1970. */
  until: 'berth.until',
} as const;

/** What a thing is for: a learner's machine, a session's network, a helper of Berth's own, a saved file system. */
export type Role = 'machine' | 'network' | 'egress' | 'gateway' | 'image';

/** Labels of something that belongs to the installation and, mostly, to one session. */
export function labelsOf(
  installation: string,
  role: Role,
  more: { sessionId?: string; machine?: string; profile?: string } = {},
): Record<string, string> {
  return {
    [LABEL.installation]: installation,
    [LABEL.role]: role,
    ...(more.sessionId !== undefined && { [LABEL.session]: more.sessionId }),
    ...(more.machine !== undefined && { [LABEL.machine]: more.machine }),
    ...(more.profile !== undefined && { [LABEL.profile]: more.profile }),
  };
}

/** The engine's filter for things that carry all of these labels. */
export function labelFilter(labels: Record<string, string>): { label: string[] } {
  return { label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) };
}
