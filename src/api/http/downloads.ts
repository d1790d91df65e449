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

/** Maximum characters of a suggested name. File systems allow 255 bytes, which 80 characters hardly ever exceed. */
const NAME_LIMIT = 80;

/**
 * Returns the header that makes browsers save a file instead of displaying it, under its name in the machine without
 * dangerous characters. Old browsers read the first name, others the second (RFC 6266).
 */
export function asAttachment(name: string): string {
  const harmless =
    Array.from(name.replaceAll(/[\p{C}/\\]/gu, '_'))
      .slice(0, NAME_LIMIT)
      .join('') || 'file';
  const ascii = harmless.replaceAll(/[^ -~]|["%]/g, '_');
  const encoded = encodeURIComponent(harmless).replaceAll(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
