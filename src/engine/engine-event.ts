/** What happens to machines, or to the way to them. */
export type EngineEvent =
  | {
      type: 'machine-died';
      environmentId: string;
      machineId: string;
      exitCode: number;
      outOfMemory: boolean;
    }
  | { type: 'machine-started'; environmentId: string; machineId: string }
  | { type: 'machine-removed'; environmentId: string; machineId: string }
  | { type: 'engine-lost' }
  | { type: 'engine-returned' };
