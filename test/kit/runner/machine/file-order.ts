import type { TestBase } from 'tap';

/** Makes tap run its files by name. Its own order is that of the disk, which differs between runs. */
export function orderFiles(test: TestBase): void {
  test.on('subtestAdd', () => {
    test.subtests.sort((one, other) => one.name.localeCompare(other.name, 'en'));
  });
}
