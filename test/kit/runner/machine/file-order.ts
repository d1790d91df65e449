import type { TestBase } from 'tap';

/**
 * Has tap run its files by their names. It takes them in the order in which the disk has told it what they are, which
 * differs from run to run.
 */
export function orderFiles(test: TestBase): void {
  test.on('subtestAdd', () => {
    test.subtests.sort((one, other) => one.name.localeCompare(other.name, 'en'));
  });
}
