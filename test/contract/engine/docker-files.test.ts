import { dockerHarness } from '../../kit/engine/engines.ts';
import { filesContract } from './files-contract.ts';

await filesContract(dockerHarness);
