/** Most memory of a gateway, by which previews and checks reach the ports of a machine, in bytes: 2 MiB for each connection. */
export const GATEWAY_MEMORY_BYTES = 256 * 1024 * 1024;
