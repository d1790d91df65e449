import { streamingHarness } from '../../support/engines.ts';
import { streamsContract } from './streams-contract.ts';

await streamsContract(streamingHarness);
