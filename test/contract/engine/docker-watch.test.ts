import { dockerHarness } from '../../kit/engine/engines.ts';
import { watchContract } from './watch-contract.ts';

await watchContract(dockerHarness);
