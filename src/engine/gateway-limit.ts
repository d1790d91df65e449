/**
 * Memory limit of a gateway, which connects previews and checks to a machine's ports, in bytes: 2 MiB for
 * each connection.
 */
export const GATEWAY_MEMORY_BYTES = 256 * 1024 * 1024;
