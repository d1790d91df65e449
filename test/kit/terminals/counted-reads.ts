/** A buffer that counts how many of its bytes are read: by index, and by each search, copy or conversion to text. */
export function countReads(bytes: Buffer): { piece: Buffer; reads: () => number } {
  let reads = 0;

  const counted = {
    indexOf(on: Buffer, what: number, from = 0) {
      const found = on.indexOf(what, from);
      reads += (found < 0 ? on.length : found) - from;
      return found;
    },
    lastIndexOf(on: Buffer, what: number, from?: number) {
      const found = on.lastIndexOf(what, from);
      reads += on.length - Math.max(0, found);
      return found;
    },
    toString(on: Buffer, encoding?: BufferEncoding, from = 0, to = on.length) {
      reads += Math.min(on.length, to) - from;
      return on.toString(encoding, from, to);
    },
    subarray: (on: Buffer, from?: number, to?: number) => watch(on.subarray(from, to)),
  };

  function watch(on: Buffer): Buffer {
    return new Proxy(on, {
      get(target, name) {
        const isByte = typeof name === 'string' && /^\d+$/.test(name);
        if (isByte) reads++;
        const method: unknown = Object.hasOwn(counted, name) && Reflect.get(counted, name);
        if (typeof method === 'function') return method.bind(undefined, target);
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  return { piece: watch(bytes), reads: () => reads };
}
