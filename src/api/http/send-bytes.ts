import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { ByteSource } from '../../core/byte-source.ts';
import { fault } from '../../core/errors.ts';

/** Size of a chunk of a response, in bytes. Two are in memory: one is filled while the other is sent. */
const PIECE_BYTES = 256 * 1024;

/**
 * Sends the bytes of `source` as the response, and closes it. Throws an error that occurs before the first byte. A later
 * error resets the connection, so that the client does not take the response for complete.
 */
export async function sendBytes(reply: FastifyReply, source: ByteSource): Promise<FastifyReply> {
  const { raw, log } = reply;
  let [full, empty] = [Buffer.allocUnsafeSlow(PIECE_BYTES), Buffer.allocUnsafeSlow(PIECE_BYTES)];
  try {
    let bytes = await source.read(full);
    reply.hijack();
    raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
    while (bytes > 0) {
      [bytes] = await Promise.all([source.read(empty), write(raw, full.subarray(0, bytes))]);
      [full, empty] = [empty, full];
    }
    raw.end();
  } catch (error) {
    if (!reply.sent) throw error;
    log.info({ err: error }, 'download aborted');
    raw.destroy();
  } finally {
    await source.close();
  }
  return reply;
}

/** Resolves when the bytes have been written to the connection, and their memory can be reused. */
function write(raw: ServerResponse, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(fault('TRANSFER_INTERRUPTED'));
    if (raw.destroyed) gone();
    raw.once('close', gone);
    raw.write(bytes, (error) => {
      raw.off('close', gone);
      if (error) reject(error);
      else resolve();
    });
  });
}
