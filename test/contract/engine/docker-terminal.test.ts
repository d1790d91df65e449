import { dockerHarness } from '../../kit/engine/engines.ts';
import { terminalContract } from './terminal-contract.ts';

await terminalContract(dockerHarness);
