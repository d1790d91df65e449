/*
 * Loaded into a process that runs many test files. Gives each file its own `tap`, so that its teardowns and its
 * timeout end with it.
 */
const SCHEME = 'tap-of:';
/** Folders of test files, and of the files that the tests of this runner run. */
const TEST_FILE = /\/test\/(?:unit|contract|integration|e2e|fixtures)\//;
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
    export const test = (...args) => t.test(...args);`;
  return { format: 'module', shortCircuit: true, source };
}
