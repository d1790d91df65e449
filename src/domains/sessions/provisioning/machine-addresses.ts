import type { MachineAddress } from '../../../engine/engine.ts';

/** Addresses as the database keeps them, and back. */
export const formatAddresses = (addresses: readonly MachineAddress[]): string => JSON.stringify(addresses);
export const parseAddresses = (text: string): MachineAddress[] => JSON.parse(text) as MachineAddress[];
