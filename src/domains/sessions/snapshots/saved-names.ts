/** Images of saved states, by the state's id in their tags. */
export const REPOSITORY = 'berth/saved';

/** Whether a name of an image is one that a saved state has: others may have given it names of their own. */
export function isSavedName(name: string): boolean {
  return name.startsWith(`${REPOSITORY}:`);
}
