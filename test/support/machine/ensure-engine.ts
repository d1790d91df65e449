/** Looks for an engine, or sets one up, and says how that went: run as a process of its own by tests. */
import { createSteps } from '../../../setup/steps.mjs';
import { isFault } from '../../../src/errors.ts';
import { ensureEngine } from '../../../src/setup/docker-engine.ts';

const steps = createSteps({ output: process.stderr });
try {
  const { note } = await steps.run('engine', (step) => ensureEngine({ env: process.env, step }));
  console.log(note);
} catch (error) {
  if (!isFault(error)) throw error;
  console.log(error.message);
  process.exitCode = 1;
}
