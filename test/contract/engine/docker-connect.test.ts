import { dockerHarness } from '../../support/engines.ts';
import { connectContract } from './connect-contract.ts';

await connectContract(dockerHarness);
