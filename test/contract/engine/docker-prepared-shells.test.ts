import { dockerHarness, streamingHarness } from '../../support/engines.ts';
import { preparedShellsContract } from './prepared-shells-contract.ts';

await preparedShellsContract(dockerHarness);
await preparedShellsContract(streamingHarness);
