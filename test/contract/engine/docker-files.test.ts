import { dockerHarness } from '../../support/engines.ts';
import { filesContract } from './files-contract.ts';

await filesContract(dockerHarness);
