import type { TestBase } from 'tap';

/** The tests that take seconds at most: they fill up the end, in which one that takes minutes would run alone. */
const SHORT = 'test/unit/';

/**
 * Has tap run its files by their names, the short ones last. It takes them in the order in which the disk has told it
 * what they are, which differs from run to run.
 */
export function orderFiles(test: TestBase): void {
  test.on('subtestAdd', () => {
    test.subtests.sort(
      (one, other) =>
        Number(one.name.startsWith(SHORT)) - Number(other.name.startsWith(SHORT)) ||
        one.name.localeCompare(other.name, 'en'),
    );
  });
}
