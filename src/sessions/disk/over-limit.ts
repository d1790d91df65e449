import type { MachineUsage } from '../../engine/engine-disk.ts';
import type { Lab } from '../../labs/lab.ts';

/** From this part of its limit on, a machine is spoken of in the log. */
const NEAR = 0.9;

/** A machine that has written much, and how much it may. */
export interface Writer {
  machine: string;
  writtenBytes: number;
  limitBytes: number;
}

/** Of the machines of one environment, the one that is furthest over its limit or near it. Pure. */
export function largestWriter(
  machines: readonly MachineUsage[],
  lab: Pick<Lab, 'machines'>,
): { writer: Writer; is: 'over' | 'near' } | undefined {
  const writers = machines.flatMap(({ name, writtenBytes }) => {
    const limitBytes = lab.machines.find((machine) => machine.name === name)?.diskBytes;
    return limitBytes === undefined ? [] : [{ machine: name, writtenBytes, limitBytes }];
  });
  const [writer] = writers.toSorted((a, b) => b.writtenBytes / b.limitBytes - a.writtenBytes / a.limitBytes);
  if (!writer || writer.writtenBytes < writer.limitBytes * NEAR) return undefined;
  return { writer, is: writer.writtenBytes > writer.limitBytes ? 'over' : 'near' };
}
