/** Lets at most `most` do their work at the same time, those first that asked first. */
export function createTurns(most: number) {
  const waiting: (() => void)[] = [];
  let taken = 0;

  async function take(): Promise<void> {
    if (taken < most) taken++;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function giveBack(): void {
    const next = waiting.shift();
    // The place passes on as it is.
    if (next) next();
    else taken--;
  }

  return {
    /** Whether whoever asks now would wait. */
    isFull: () => taken >= most,
    async run<T>(work: () => Promise<T>): Promise<T> {
      await take();
      try {
        return await work();
      } finally {
        giveBack();
      }
    },
  };
}
