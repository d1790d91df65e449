import { dockerHarness } from '../../kit/engine/engines.ts';
import { execContract } from './exec-contract.ts';

await execContract(dockerHarness);
