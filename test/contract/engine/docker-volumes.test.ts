import { dockerHarness } from '../../kit/engine/engines.ts';
import { volumesContract } from './volumes-contract.ts';

await volumesContract(dockerHarness);
