/*
 * A process that runs a script in a machine, reports it, and stays until the test kills it.
 * Arguments: the installation, the machine, the script.
 */
import { createDockerEngine } from '../../../src/engine/docker/docker-engine.ts';

const [installation = '', machineId = '', script = ''] = process.argv.slice(2);
const engine = createDockerEngine({ host: process.env['DOCKER_HOST'], installation });
const command = ['sh', '-c', script];
const input = await engine.execInput(machineId, { command, timeoutMs: 60_000, outputLimitBytes: 1_024 });
await input?.write(Buffer.alloc(1_000_000));
process.send?.('fed');
setInterval(() => undefined, 60_000);
