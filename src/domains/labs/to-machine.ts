import { NESTED_DATA_FOLDER } from '../../engine/engine-nested.ts';
import type { IsolationProfile } from '../../engine/engine.ts';
import type { LabMachine, LabNetwork } from './lab.ts';
import type { LabDocument } from './schema/lab-schema.ts';
import { toStartScript } from './to-script.ts';

const MIB = 1024 ** 2;

/** What a machine may take where its lab does not say. An engine of its own takes a share of that. */
const ORDINARY = { memoryBytes: 256 * MIB, diskBytes: 2048 * MIB, pids: 256 };
const USUAL = {
  standard: ORDINARY,
  restricted: ORDINARY,
  nested: { memoryBytes: 768 * MIB, diskBytes: 4096 * MIB, pids: 400 },
} satisfies Record<IsolationProfile, unknown>;

/** A machine of the lab, the `index`th, on all networks unless it names some. */
export function toMachine(
  { memory, disk, pids, volumes, files, start, networks: on, ...machine }: LabDocument['machines'][number],
  index: number,
  networks: readonly LabNetwork[],
): LabMachine {
  const { user, profile } = machine;
  const usual = USUAL[profile];
  return {
    ...machine,
    user,
    memoryBytes: memory ?? usual.memoryBytes,
    diskBytes: disk ?? usual.diskBytes,
    pids: pids ?? usual.pids,
    volumes: profile === 'nested' ? withEngineData(volumes) : volumes,
    networks: on ?? networks.map(({ name }) => name),
    files: files.map((file) => ({ ...file, owner: file.owner ?? user ?? 'root' })),
    start: start.map((script, place) =>
      toStartScript(script, `machines[${index}].start[${place}]`, { user, profile }),
    ),
  };
}

/** An engine keeps its images on a volume: what lies on a machine's own file system it cannot stack. */
function withEngineData(volumes: readonly string[]): string[] {
  return [...new Set([...volumes, NESTED_DATA_FOLDER])];
}
