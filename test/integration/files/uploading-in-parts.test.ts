import { streamingHarness } from '../../support/engines.ts';
import { uploadsContract } from './uploads-contract.ts';

await uploadsContract(streamingHarness);
