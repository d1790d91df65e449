import { dockerHarness } from '../../support/engines.ts';
import { provisionContract } from './provision-contract.ts';

await provisionContract(dockerHarness);
