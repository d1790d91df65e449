import type { ImagePins } from '../../images/pin.ts';
import type { Lab } from '../../labs/lab.ts';
import type { WarmEnvironment } from './warm-environment.ts';

export type WarmImages = ReturnType<typeof createWarmImages>;

type Made = Pick<WarmEnvironment, 'id' | 'machines'>;

/** Tells which environments made ahead have other images than their lab is started with now: an admin may have it take others. */
export function createWarmImages({ pins }: { pins: Pick<ImagePins, 'agrees'> }) {
  return {
    /** Ids of those of `environments`, all ready and of this version of the lab, that a start would make otherwise. */
    async outdated(lab: Lab, environments: readonly Made[]): Promise<string[]> {
      // Most are alike, and one question serves them all.
      const answers = new Map<string, Promise<boolean>>();
      const found = environments.map(async (environment) => {
        const references = referencesOf(lab, environment);
        const key = JSON.stringify([...references]);
        const answer = answers.get(key) ?? pins.agrees(lab, references);
        answers.set(key, answer);
        return (await answer) ? [] : [environment.id];
      });
      return (await Promise.all(found)).flat();
    },
  };
}

/** What the engine was given for each of the lab's names of images. */
function referencesOf(lab: Lab, { machines }: Made): ReadonlyMap<string, string> {
  const made = new Map(machines.map(({ name, image }) => [name, image]));
  return new Map(lab.machines.map(({ name, image }) => [image, made.get(name) ?? '']));
}
