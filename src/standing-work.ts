/** Work that goes on for as long as the service runs. */
export function createStandingWork() {
  const stopping = new AbortController();
  const begun: { what: string; work: Promise<void> }[] = [];
  return {
    /** Begins what ends once the signal aborts. */
    begin(what: string, work: (signal: AbortSignal) => Promise<void>): void {
      begun.push({ what, work: work(stopping.signal) });
    },

    /** Has all of it end; what is to be waited for. */
    stop(): readonly { what: string; work: Promise<void> }[] {
      stopping.abort();
      return begun;
    },
  };
}
