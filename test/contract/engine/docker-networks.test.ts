import { dockerHarness } from '../../support/engines.ts';
import { networksContract } from './networks-contract.ts';

await networksContract(dockerHarness);
