import { dockerHarness } from '../../kit/engine/engines.ts';
import { networksContract } from './networks-contract.ts';

await networksContract(dockerHarness);
