import { dockerHarness, streamingHarness } from '../../kit/engine/engines.ts';
import { preparedShellsContract } from './prepared-shells-contract.ts';

await preparedShellsContract(dockerHarness);
await preparedShellsContract(streamingHarness);
