import { useEffect, useState } from 'react';
import { readCast } from './cast.ts';
import type { Cast } from './cast.ts';

/** Loads a recording's file; `failed` where it is not to be had. */
export function useCast(url: string | undefined): Cast | 'failed' | undefined {
  const [cast, setCast] = useState<Cast | 'failed'>();
  useEffect(() => {
    if (url === undefined) return undefined;
    const leaving = new AbortController();
    load(url, leaving.signal).then(setCast, () => {
      if (!leaving.signal.aborted) setCast('failed');
    });
    return () => leaving.abort();
  }, [url]);
  return cast;
}

async function load(url: string, signal: AbortSignal): Promise<Cast> {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(answer.statusText);
  return readCast(await answer.text());
}
