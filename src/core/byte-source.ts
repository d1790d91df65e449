/**
 * Bytes that are read into the reader's own memory, and so into the same again and again: memory that
 * is new for each piece costs a stream of gigabytes more time than all else that is done with it.
 * Its owner closes it.
 */
export interface ByteSource {
  /**
   * Fills `memory` from its beginning with what there is, and waits where there is nothing yet.
   * Resolves how many bytes that is, 0 at the end. To be called for the next when it is done.
   */
  read(memory: Buffer): Promise<number>;
  /**
   * Ends it, whatever would still have come. Reading fails from now on, with `reason`. Resolves when
   * nothing is left of what gave the bytes; closing what is closed succeeds.
   */
  close(reason?: Error): Promise<void>;
}
