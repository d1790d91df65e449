import { useEffect, useMemo, useRef, useState } from 'react';
import { formatLength } from '../language/format.ts';
import { useTexts } from '../language/language.ts';
import { createCastScreen } from './cast-screen.ts';
import { countBefore, shortenPauses, typedText } from './cast.ts';
import type { Cast } from './cast.ts';
import { recordingTexts } from './texts.ts';

/** Longest pause after shortening, in seconds. */
const MAX_PAUSE_SECONDS = 2;

/** Maximum number of markers that are listed. */
const MAX_MARKERS = 100;

const SPEEDS = [0.5, 1, 2, 4, 8];

/** Plays a recording back. */
export function RecordingPlayer({ cast: given, url }: { cast: Cast; url: string }) {
  const texts = useTexts(recordingTexts);
  const [shortened, setShortened] = useState(true);
  const cast = useMemo(
    () => (shortened ? shortenPauses(given, MAX_PAUSE_SECONDS) : given),
    [given, shortened],
  );
  const inputs = useMemo(() => cast.events.filter(({ code }) => code === 'i'), [cast]);
  const markers = useMemo(() => cast.events.filter(({ code }) => code === 'm').slice(0, MAX_MARKERS), [cast]);
  const { at, speed, playing, seek, setSpeed, toggle } = usePlaying(cast.length);
  const container = useRef<HTMLDivElement>(null);
  const screen = useRef<ReturnType<typeof createCastScreen>>(undefined);
  const count = countBefore(cast, at);

  useEffect(() => {
    if (!container.current) return undefined;
    const created = createCastScreen(container.current, given);
    screen.current = created;
    return () => created.close();
  }, [given]);
  useEffect(() => screen.current?.show(count), [count]);

  /** Switches between shortened and full pauses and stays at the same event. */
  function shorten(is: boolean): void {
    const next = is ? shortenPauses(given, MAX_PAUSE_SECONDS) : given;
    setShortened(is);
    seek(next.events[count - 1]?.at ?? 0);
  }

  const [now, all] = [formatLength(at), formatLength(cast.length)];
  return (
    <>
      <div className="terminals player">
        <section className="shell-screen" ref={container} aria-label={texts.screen} />
        {inputs.length > 0 && (
          <p className="player-typed">
            {texts.typed}: {typedText(inputs, countBefore({ events: inputs }, at))}
          </p>
        )}
        <div className="player-bar">
          <button type="button" onClick={toggle} aria-label={playing ? texts.pause : texts.playRecording}>
            {playing ? '❚❚' : '▶'}
          </button>
          <input
            type="range"
            min={0}
            max={cast.length}
            step="any"
            value={at}
            aria-label={texts.position}
            aria-valuetext={texts.positionOf(now, all)}
            onChange={({ target }) => seek(Number(target.value))}
          />
          <span className="time">
            {now} / {all}
          </span>
          <label>
            {texts.speed}{' '}
            <select value={speed} onChange={({ target }) => setSpeed(Number(target.value))}>
              {SPEEDS.map((each) => (
                <option key={each} value={each}>
                  {each}×
                </option>
              ))}
            </select>
          </label>
          <label>
            <input type="checkbox" checked={shortened} onChange={({ target }) => shorten(target.checked)} />{' '}
            {texts.skipPauses}
          </label>
          <a href={url} download>
            {texts.download}
          </a>
        </div>
      </div>
      {markers.length > 0 && (
        <section aria-label={texts.markers}>
          <h2>{texts.markers}</h2>
          <ul>
            {markers.map((marker) => (
              <li key={`${marker.at} ${marker.data}`}>
                <button type="button" className="quiet" onClick={() => seek(marker.at)}>
                  {formatLength(marker.at)}
                </button>{' '}
                {marker.data}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Runs the clock of a player, from 0 to `length` seconds. */
function usePlaying(length: number) {
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
    let previous = performance.now();
    const tick = (time: number) => {
      now.current = Math.min(now.current + (Math.max(0, time - previous) / 1_000) * speed, length);
      previous = time;
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
    /** Plays or pauses. At the end, plays from the start. */
    toggle(): void {
      if (!playing && now.current >= length) seek(0);
      setPlaying(!playing);
    },
  };
}
