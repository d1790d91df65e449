import { dockerHarness } from '../../support/engines.ts';
import { watchContract } from './watch-contract.ts';

await watchContract(dockerHarness);
