/** Looks for an engine or sets one up, and prints the result. Tests run it as a separate process. */
import { createSteps } from '../../../../setup/steps.mjs';
import { isFault } from '../../../../src/core/errors.ts';
import { ensureEngine } from '../../../../src/host-setup/docker-engine.ts';

const steps = createSteps({ output: process.stderr });
try {
  const { note } = await steps.run('engine', (step) => ensureEngine({ env: process.env, step }));
  process.stdout.write(`${note}\n`);
} catch (error) {
  if (!isFault(error)) throw error;
  process.stdout.write(`${error.message}\n`);
  process.exitCode = 1;
}
