import tap from 'tap';
import type { Test } from 'tap';

/** The test of each file that this process runs, by the file's URL. */
const tests = new Map<string, Test>();

let running: Test | undefined;

/** Returns what `import t from 'tap'` is in this file. Suites that several files run use the test of the running file. */
export function testOf(url: string): Test {
  return tests.get(url) ?? testOfRunning;
}

/** Passes everything on to the test of the file that runs at that moment. */
const testOfRunning = new Proxy({} as Test, {
  get(_, key) {
    if (!running) throw new Error('No test file is running.');
    const value: unknown = Reflect.get(running, key);
    return typeof value === 'function' ? value.bind(running) : value;
  },
});

/** Runs one file as a test of this process. */
export async function runFile(name: string, url: string, timeout: number): Promise<void> {
  await tap.test(name, { timeout }, async (t) => {
    tests.set(url, t);
    running = t;
    await import(url);
  });
}
