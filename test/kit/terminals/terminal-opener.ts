/*
 * A process that opens a terminal in a machine, prints its handle, types, and stays until the test kills it.
 * Arguments: the installation, the machine, the input.
 */
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';

const [installation = '', machineId = '', typed = ''] = process.argv.slice(2);
const engine = createDockerEngine({
  host: process.env['DOCKER_HOST'],
  installation,
});
const terminal = await engine.openTerminal(machineId, { command: ['bash', '--norc'], rows: 24, cols: 80 });
terminal.stream.resume();
terminal.stream.write(typed);
process.send?.(terminal.shell);
