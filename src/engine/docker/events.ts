import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { isFault } from '../../core/errors.ts';
import type { EngineEvent } from '../engine.ts';
import { call } from './faults.ts';
import { LABEL, labelFilter } from './labels.ts';
import { readLines } from './messages.ts';

/** Delays between attempts to reconnect to the engine, in milliseconds: short at first, then longer. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** One line of the engine's event stream. */
interface DockerEvent {
  Action?: string;
  Actor?: { ID?: string; Attributes?: Record<string, string> };
}

/**
 * Reports events of the installation's machines until `signal` aborts, and reconnects to a lost engine. If a
 * listener throws, the error becomes a process warning and the listener still gets the next event.
 */
export async function watchMachines(
  docker: Docker,
  installation: string,
  onEvent: (event: EngineEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const listener = warned(onEvent);
  let lost = false;
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const lines = await openEvents(docker, installation, signal);
    if (lines) {
      pause = FIRST_PAUSE_MS;
      if (lost) listener({ type: 'engine-returned' });
      lost = false;
      await passOn(lines, listener);
    }
    if (signal.aborted) return;
    if (!lost) listener({ type: 'engine-lost' });
    lost = true;
    await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  }
}

/** Opens the engine's event stream; undefined if the engine does not answer. */
async function openEvents(docker: Docker, installation: string, signal: AbortSignal) {
  const filters = {
    type: ['container' as const],
    event: ['start', 'die', 'oom', 'destroy'],
    ...labelFilter({ [LABEL.installation]: installation, [LABEL.role]: 'machine' }),
  };
  try {
    return readLines(await call(() => docker.getEvents({ filters, abortSignal: signal })));
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

/** Passes events to the listener until the stream ends or fails, which mean the same here. */
async function passOn(lines: AsyncGenerator<string>, listener: (event: EngineEvent) => void): Promise<void> {
  const translate = createEventTranslator();
  try {
    for await (const line of lines) {
      const event = translate(JSON.parse(line) as DockerEvent);
      if (event) listener(event);
    }
  } catch {
    // The connection failed, or it ended within a line.
  }
}

function warned(listener: (event: EngineEvent) => void): (event: EngineEvent) => void {
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  };
}

/** Converts the engine's events to Berth's. It remembers machines that ran out of memory until they exit. */
export function createEventTranslator(): (event: DockerEvent) => EngineEvent | undefined {
  const outOfMemory = new Set<string>();
  return ({ Action, Actor }) => {
    const { ID: machineId, Attributes = {} } = Actor ?? {};
    const environmentId = Attributes[LABEL.environment];
    if (machineId === undefined || environmentId === undefined) return undefined;
    const machine = { environmentId, machineId };
    if (Action === 'start') return { type: 'machine-started', ...machine };
    if (Action === 'oom') outOfMemory.add(machineId);
    if (Action === 'destroy') {
      outOfMemory.delete(machineId);
      return { type: 'machine-removed', ...machine };
    }
    if (Action !== 'die') return undefined;
    const exitCode = Number(Attributes['exitCode'] ?? 0);
    return { type: 'machine-died', ...machine, exitCode, outOfMemory: outOfMemory.delete(machineId) };
  };
}
