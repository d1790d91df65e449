import { dockerHarness } from '../../support/engines.ts';
import { volumesContract } from './volumes-contract.ts';

await volumesContract(dockerHarness);
