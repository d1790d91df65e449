import type { MachineAddress } from '../../../engine/engine.ts';

/** Converts addresses to and from the text in the database. */
export const formatAddresses = (addresses: readonly MachineAddress[]): string => JSON.stringify(addresses);
export const parseAddresses = (text: string): MachineAddress[] => JSON.parse(text) as MachineAddress[];
