import type { Engine, ProvisionedMachine, ProvisionProgress } from '../engine/engine.ts';
import { isFault } from '../errors.ts';
import type { LabCatalogue } from '../labs/catalogue.ts';
import type { ClaimStore } from './claim-store.ts';
import { environmentSpec } from './environment-spec.ts';
import type { SessionRow } from './session-store.ts';
import type { SubnetPool } from './subnet-pool.ts';

/** Subnets tried for one session before it fails: each refusal means that something else has it. */
const SUBNET_TRIES = 8;

/** A session that holds a subnet, and with it may have something on the engine. */
export type HoldingRow = SessionRow & { subnetIndex: number };

export type EnvironmentMaker = ReturnType<typeof createEnvironmentMaker>;

/** Makes what a claimed session needs on the engine, on another subnet when the engine refuses one. */
export function createEnvironmentMaker(options: {
  engine: Pick<Engine, 'provision'>;
  catalogue: Pick<LabCatalogue, 'version'>;
  claims: ClaimStore;
  pool: SubnetPool;
}) {
  const { engine, catalogue, claims, pool } = options;

  async function nextSubnet(row: SessionRow, refused: number): Promise<number> {
    pool.refuse(refused);
    return pool.allocate((index) => claims.changeSubnet(row, index), claims.usedSubnets);
  }

  /** @throws what the engine throws; LAB_NOT_FOUND, LAB_INVALID, SUBNETS_EXHAUSTED */
  return async function make(
    row: HoldingRow,
    signal: AbortSignal,
    onProgress: (progress: ProvisionProgress) => void,
  ): Promise<{ row: SessionRow; machines: ProvisionedMachine[] }> {
    const lab = catalogue.version(row.labSlug, row.labVersion);
    const session = lab.version === row.labVersion ? row : await claims.adoptVersion(row, lab);
    let index = row.subnetIndex;
    for (let tries = 1; ; tries++) {
      try {
        const spec = environmentSpec(lab, { id: row.id, subnet: pool.subnet(index) });
        const machines = await engine.provision(spec, { signal, onProgress });
        return { row: session, machines };
      } catch (error) {
        if (!isFault(error, 'SUBNETS_EXHAUSTED') || tries === SUBNET_TRIES || signal.aborted) throw error;
        index = await nextSubnet(row, index);
      }
    }
  };
}
