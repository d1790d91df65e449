/**
 * A source of bytes that fills buffers of its reader, so the reader can reuse them. Allocating memory for each chunk
 * would be most of the cost of a long stream. The owner must close the source.
 */
export interface ByteSource {
  /**
   * Fills `memory` from its start with the available bytes, and waits until some arrive. Resolves to the number of
   * bytes, 0 at the end. Call it again only after it has resolved.
   */
  read(memory: Buffer): Promise<number>;
  /**
   * Closes the source, even before its end. Later reads fail with `reason`. Resolves when all resources are released. May
   * be called more than once.
   */
  close(reason?: Error): Promise<void>;
}
