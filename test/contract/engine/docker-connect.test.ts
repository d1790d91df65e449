import { dockerHarness } from '../../kit/engine/engines.ts';
import { connectContract } from './connect-contract.ts';

await connectContract(dockerHarness);
