import { dockerHarness } from '../../support/engines.ts';
import { uploadsContract } from './uploads-contract.ts';

await uploadsContract(dockerHarness);
