import type { EnvironmentSpec } from '../engine/engine.ts';
import type { Lab } from '../labs/lab.ts';

/** Most that the engine keeps of a machine's main process's output: enough to see why it ended. */
const LOG_BYTES = 1024 * 1024;

/** What the engine is asked to make for a session of `lab` on `subnet`. Pure. */
export function environmentSpec(lab: Lab, session: { id: string; subnet: string }): EnvironmentSpec {
  return {
    sessionId: session.id,
    subnet: session.subnet,
    internet: lab.internet,
    machines: lab.machines.map((machine) => ({
      name: machine.name,
      image: machine.image,
      profile: machine.profile,
      ...(machine.user !== undefined && { user: machine.user }),
      environment: machine.environment,
      limits: {
        memoryBytes: machine.memoryBytes,
        cpus: machine.cpus,
        pids: machine.pids,
        logBytes: LOG_BYTES,
      },
    })),
  };
}
