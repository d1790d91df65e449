import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { ByteSource } from '../../core/byte-source.ts';
import { fault } from '../../core/errors.ts';

/** One piece of an answer, in bytes. Two are in memory: one is read into while the other goes out. */
const PIECE_BYTES = 256 * 1024;

/**
 * Answers with what `source` gives, and closes it. What fails before the first byte is thrown; what
 * fails afterwards breaks the connection off, so that nobody takes the answer for whole.
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
    log.info({ err: error }, 'A download broke off');
    raw.destroy();
  } finally {
    await source.close();
  }
  return reply;
}

/** Resolves when the bytes have gone to the connection, and their memory is free. */
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
