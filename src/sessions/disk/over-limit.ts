import type { MachineUsage } from '../../engine/engine-disk.ts';
import type { Lab } from '../../labs/lab.ts';

/** From so many percent of its limit on, a machine's learner is warned. */
const NEAR_PERCENT = 90;

/** A machine that has written much, and how much it may. */
export interface Writer {
  machine: string;
  writtenBytes: number;
  limitBytes: number;
}

/** Of the machines of one environment those that the lab limits, the one that is furthest first. Pure. */
export function writersOf(machines: readonly MachineUsage[], lab: Pick<Lab, 'machines'>): Writer[] {
  const writers = machines.flatMap(({ name, writtenBytes }) => {
    const limitBytes = lab.machines.find((machine) => machine.name === name)?.diskBytes;
    return limitBytes === undefined ? [] : [{ machine: name, writtenBytes, limitBytes }];
  });
  return writers.toSorted((a, b) => b.writtenBytes / b.limitBytes - a.writtenBytes / a.limitBytes);
}

/** Whether it wrote more than it may. */
export function isOver({ writtenBytes, limitBytes }: Writer): boolean {
  return writtenBytes > limitBytes;
}

/** How much it wrote of what it may, in percent; undefined while that is nothing to be warned of. */
export function nearPercent({ writtenBytes, limitBytes }: Writer): number | undefined {
  const percent = Math.floor((writtenBytes / limitBytes) * 100);
  return percent < NEAR_PERCENT ? undefined : percent;
}
