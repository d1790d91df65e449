/*
 * Loaded into a process that runs many test files: gives each file a `tap` of its own, so that what it tears down,
 * and how long it may take, ends with it.
 */
const SCHEME = 'tap-of:';
/** Where test files lie, and those that the test of these tests runs. */
const TEST_FILE = /\/test\/(?:unit|fixtures)\//;
const fileTests = new URL('file-tests.ts', import.meta.url).href;

export async function resolve(specifier, context, nextResolve) {
  if (specifier === 'tap' && TEST_FILE.test(context.parentURL)) {
    return { url: `${SCHEME}${context.parentURL}`, shortCircuit: true };
  }
  return nextResolve(specifier, context);
}

export async function load(url, context, nextLoad) {
  if (!url.startsWith(SCHEME)) return nextLoad(url, context);
  const file = JSON.stringify(url.slice(SCHEME.length));
  const source = `
    import { testOf } from ${JSON.stringify(fileTests)};
    const t = testOf(${file});
    export default t;
    export const test = t.test.bind(t);`;
  return { format: 'module', shortCircuit: true, source };
}
