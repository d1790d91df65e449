import { dockerHarness } from '../../kit/engine/engines.ts';
import { provisionContract } from './provision-contract.ts';

await provisionContract(dockerHarness);
