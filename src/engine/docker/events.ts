import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { isFault } from '../../core/errors.ts';
import type { EngineEvent } from '../engine-event.ts';
import { call } from './faults.ts';
import { LABEL, labelFilter } from './labels.ts';
import { readLines } from './json-lines.ts';

/** Pauses between attempts to reach the engine again, in milliseconds: soon at first, then sparing. */
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/** One line of the engine's events. */
export interface DockerEvent {
  Action?: string;
  Actor?: { ID?: string; Attributes?: Record<string, string> };
}

/**
 * Tells of the installation's machines until `signal` aborts, across losses of the engine. A listener
 * that throws is warned of and told the next event all the same.
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

/** The engine's stream of events; undefined when it does not answer. */
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

/** Hands events over until the stream ends or breaks, which are the same to a watcher. */
async function passOn(lines: AsyncGenerator<string>, listener: (event: EngineEvent) => void): Promise<void> {
  const translate = createEventTranslator();
  try {
    for await (const line of lines) {
      const event = translate(JSON.parse(line) as DockerEvent);
      if (event) listener(event);
    }
  } catch {
    // Broken on the way, or cut within a line.
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

/** Turns the engine's events into Berth's; it remembers who ran out of memory until they die. */
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
