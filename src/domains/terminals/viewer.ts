/** What somebody at a terminal may do there: all, type, or look on. Only who opened it is its owner. */
export const viewerRoles = ['owner', 'assisting', 'watching'] as const;
export type ViewerRole = (typeof viewerRoles)[number];

/** Somebody at a terminal, by one connection. */
export interface Viewer {
  /** Of this connection, or of its client over several. */
  id: string;
  userId: string;
  name: string;
  role: ViewerRole;
}
