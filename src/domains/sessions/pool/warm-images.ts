import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { ImagePins } from '../../images/pins/pin.ts';
import type { Lab } from '../../labs/lab.ts';
import type { WarmEnvironment } from './warm-environment.ts';

export type WarmImages = ReturnType<typeof createWarmImages>;

type Made = Pick<WarmEnvironment, 'id' | 'machines'>;

/**
 * Finds prewarmed environments that a start would now create differently: with other images, because an admin selected
 * those, or in another way, because Berth was updated.
 */
export function createWarmImages({
  pins,
  engine,
}: {
  pins: Pick<ImagePins, 'agrees'>;
  engine: Pick<Engine, 'machineRevision'>;
}) {
  /** Returns undefined if the engine does not answer, so no session can start. */
  async function currentRevision(): Promise<string | undefined> {
    try {
      return await engine.machineRevision();
    } catch (error) {
      if (isFault(error, 'ENGINE_UNREACHABLE')) return undefined;
      throw error;
    }
  }

  return {
    /** Returns the ids of the outdated `environments`, which are all ready and of this version of the lab. */
    async outdated(lab: Lab, environments: readonly Made[]): Promise<string[]> {
      if (environments.length === 0) return [];
      const revision = await currentRevision();
      // Most have the same images, and one query serves all of them.
      const answers = new Map<string, Promise<boolean>>();
      const found = environments.map(async (environment) => {
        const references = referencesOf(lab, environment);
        const key = JSON.stringify([...references]);
        const answer = answers.get(key) ?? pins.agrees(lab, references);
        answers.set(key, answer);
        const isCurrent = revision === undefined || isOf(revision, environment);
        return isCurrent && (await answer) ? [] : [environment.id];
      });
      return (await Promise.all(found)).flat();
    },
  };
}

const isOf = (wanted: string, { machines }: Made) => machines.every(({ revision }) => revision === wanted);

/** Returns the image that the engine used for each image name of the lab. */
function referencesOf(lab: Lab, { machines }: Made): ReadonlyMap<string, string> {
  const made = new Map(machines.map(({ name, image }) => [name, image]));
  return new Map(lab.machines.map(({ name, image }) => [image, made.get(name) ?? '']));
}
