import { useEffect, useMemo, useRef, useState } from 'react';
import { countBefore, withoutPauses } from './cast.ts';
import type { Cast } from './cast.ts';
import { showCast } from './cast-screen.ts';
import { formatLength } from '../language/format.ts';
import { typedText } from './typed-text.ts';
import { usePlaying } from './use-playing.ts';
import { useTexts } from '../language/language.ts';
import { recordingTexts } from './texts.ts';

/** Longest pause where pauses are shortened, in seconds. */
const LONGEST_PAUSE = 2;

/** Notes that are listed. */
const MOST_MARKS = 100;

const SPEEDS = [0.5, 1, 2, 4, 8];

/** Plays a recording back. */
export function RecordingPlayer({ cast: given, url }: { cast: Cast; url: string }) {
  const texts = useTexts(recordingTexts);
  const [shortened, setShortened] = useState(true);
  const cast = useMemo(() => (shortened ? withoutPauses(given, LONGEST_PAUSE) : given), [given, shortened]);
  const inputs = useMemo(() => cast.events.filter(({ code }) => code === 'i'), [cast]);
  const marks = useMemo(() => cast.events.filter(({ code }) => code === 'm').slice(0, MOST_MARKS), [cast]);
  const { at, speed, playing, seek, setSpeed, toggle } = usePlaying(cast.length);
  const place = useRef<HTMLDivElement>(null);
  const screen = useRef<ReturnType<typeof showCast>>(undefined);
  const count = countBefore(cast, at);

  useEffect(() => {
    if (!place.current) return undefined;
    const shown = showCast(place.current, given);
    screen.current = shown;
    return () => shown.close();
  }, [given]);
  useEffect(() => screen.current?.show(count), [count]);

  /** The same place, in the other time. */
  function shorten(is: boolean): void {
    const next = is ? withoutPauses(given, LONGEST_PAUSE) : given;
    setShortened(is);
    seek(next.events[count - 1]?.at ?? 0);
  }

  const [now, all] = [formatLength(at), formatLength(cast.length)];
  return (
    <>
      <div className="terminals player">
        <section className="shell-screen" ref={place} aria-label={texts.screen} />
        {inputs.length > 0 && (
          <p className="player-typed">
            {texts.typed}: {typedText(inputs, countBefore({ events: inputs }, at))}
          </p>
        )}
        <div className="player-bar">
          <button type="button" onClick={toggle} aria-label={playing ? texts.pause : texts.playing}>
            {playing ? '❚❚' : '▶'}
          </button>
          <input
            type="range"
            min={0}
            max={cast.length}
            step="any"
            value={at}
            aria-label={texts.place}
            aria-valuetext={texts.placeOf(now, all)}
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
      {marks.length > 0 && (
        <section aria-label={texts.noted}>
          <h2>{texts.noted}</h2>
          <ul>
            {marks.map((mark) => (
              <li key={`${mark.at} ${mark.data}`}>
                <button type="button" className="quiet" onClick={() => seek(mark.at)}>
                  {formatLength(mark.at)}
                </button>{' '}
                {mark.data}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
