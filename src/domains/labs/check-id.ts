/** Returns the id of a check without one; `place` is its index in the step. */
export function defaultCheckId(place: number): string {
  return place === 0 ? 'check' : `check-${place + 1}`;
}
