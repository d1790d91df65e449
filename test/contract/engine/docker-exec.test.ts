import { dockerHarness } from '../../support/engines.ts';
import { execContract } from './exec-contract.ts';

await execContract(dockerHarness);
