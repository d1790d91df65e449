/** The id of a check that names none: it is the `place`th of its step, from 0. */
export function defaultCheckId(place: number): string {
  return place === 0 ? 'check' : `check-${place + 1}`;
}
