import { dockerHarness } from '../../kit/engine/engines.ts';
import { streamsContract } from './streams-contract.ts';

await streamsContract(dockerHarness);
