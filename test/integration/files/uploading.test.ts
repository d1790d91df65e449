import { dockerHarness } from '../../kit/engine/engines.ts';
import { uploadsContract } from './uploads-contract.ts';

await uploadsContract(dockerHarness);
