import type { Readable } from 'node:stream';
import { fault } from '../errors.ts';

const NEWLINE = 0x0a;

/** Takes the first line off a stream, which begins with what follows it afterwards. @throws the stream's error */
export function takeFirstLine(stream: Readable, limitBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const settle = (settled: () => void) => {
      stream.off('readable', read).off('end', ended).off('error', failed).off('close', ended);
      settled();
    };
    const failed = (error: Error) => settle(() => reject(error));
    const ended = () => failed(fault('TRANSFER_INTERRUPTED'));
    const read = () => {
      for (let chunk = stream.read() as Buffer | null; chunk; chunk = stream.read() as Buffer | null) {
        bytes = Buffer.concat([bytes, chunk]);
        if (bytes.includes(NEWLINE) || bytes.length > limitBytes) break;
      }
      const end = bytes.indexOf(NEWLINE);
      if (end > limitBytes || (end < 0 && bytes.length > limitBytes))
        return failed(fault('TRANSFER_INTERRUPTED'));
      if (end < 0) return undefined;
      return settle(() => {
        if (bytes.length > end + 1) stream.unshift(bytes.subarray(end + 1));
        resolve(bytes.toString('utf8', 0, end));
      });
    };
    stream.on('readable', read).once('end', ended).once('error', failed).once('close', ended);
  });
}

/** Resolves when there is something to be read, so that what fails before that fails here. @throws the stream's error */
export function begun(stream: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (settled: () => void) => {
      stream.off('readable', ready).off('error', failed).off('close', closed);
      settled();
    };
    const ready = () => settle(resolve);
    const failed = (error: Error) => settle(() => reject(error));
    const closed = () => failed(fault('TRANSFER_INTERRUPTED'));
    stream.on('readable', ready).once('error', failed).once('close', closed);
  });
}
