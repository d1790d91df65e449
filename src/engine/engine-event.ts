/** An event of a machine, or of the connection to the engine. */
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
