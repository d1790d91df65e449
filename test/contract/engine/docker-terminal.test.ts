import { dockerHarness } from '../../support/engines.ts';
import { terminalContract } from './terminal-contract.ts';

await terminalContract(dockerHarness);
