/** Lets `count` works run at a time; the others wait in the order in which they came. */
export function createPlaces(count: number) {
  const waiting: (() => void)[] = [];
  let free = count;

  return async function inPlace<T>(work: () => Promise<T>): Promise<T> {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
