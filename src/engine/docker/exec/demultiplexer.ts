/** Header of the engine's frames without a terminal: channel, three zero bytes, length of the payload. */
const HEADER_BYTES = 8;
const STDERR = 2;

export type OutputChannel = 'stdout' | 'stderr';

/**
 * Separates the engine's framed output. It passes payloads on as they arrive, so it never buffers more than
 * one header.
 */
export function createDemultiplexer(
  onOutput: (channel: OutputChannel, bytes: Buffer) => void,
): (chunk: Buffer) => void {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let payloadBytes = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (payloadBytes === 0) {
        const taken = chunk.copy(header, headerBytes, at, at + HEADER_BYTES - headerBytes);
        headerBytes += taken;
        at += taken;
        if (headerBytes < HEADER_BYTES) return;
        payloadBytes = header.readUInt32BE(4);
        if (payloadBytes === 0) headerBytes = 0;
        continue;
      }
      const payload = chunk.subarray(at, at + payloadBytes);
      at += payload.length;
      payloadBytes -= payload.length;
      if (payloadBytes === 0) headerBytes = 0;
      onOutput(header[0] === STDERR ? 'stderr' : 'stdout', payload);
    }
  };
}
