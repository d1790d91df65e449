import { useEffect, useRef, useState } from 'react';

/** Time that passes while it plays: seconds from 0 to `length`. */
export function usePlaying(length: number) {
  const [at, setAt] = useState(0);
  const [speed, setSpeed] = useState(1);
  const [playing, setPlaying] = useState(false);
  const now = useRef(0);

  function seek(to: number): void {
    now.current = Math.max(to, 0);
    setAt(now.current);
  }

  useEffect(() => {
    if (!playing) return undefined;
    let frame = 0;
    let before = performance.now();
    const tick = (time: number) => {
      now.current = Math.min(now.current + (Math.max(0, time - before) / 1_000) * speed, length);
      before = time;
      setAt(now.current);
      if (now.current < length) frame = requestAnimationFrame(tick);
      else setPlaying(false);
    };
    frame = requestAnimationFrame(tick);
    return () => cancelAnimationFrame(frame);
  }, [playing, speed, length]);

  return {
    at: Math.min(at, length),
    speed,
    playing,
    seek,
    setSpeed,
    /** Plays or pauses; at the end from the beginning. */
    toggle(): void {
      if (!playing && now.current >= length) seek(0);
      setPlaying(!playing);
    },
  };
}
