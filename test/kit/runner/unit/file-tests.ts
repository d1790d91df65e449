import tap from 'tap';
import type { Test } from 'tap';

/** The test of each file that this process runs, by the file's address. */
const tests = new Map<string, Test>();

/** The value of `import t from 'tap'` in this file. */
export function testOf(url: string): Test {
  const test = tests.get(url);
  if (!test) throw new Error(`${url} is not a test file that runs here`);
  return test;
}

/** Runs one file as a separate test in this process. */
export async function runFile(name: string, url: string): Promise<void> {
  await tap.test(name, async (t) => {
    tests.set(url, t);
    await import(url);
  });
}
