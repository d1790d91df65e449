import type { Engine } from '../../../engine/engine.ts';
import { isFault } from '../../../core/errors.ts';
import type { ImagePins } from '../../images/pins/pin.ts';
import type { Lab } from '../../labs/lab.ts';
import type { WarmEnvironment } from './warm-environment.ts';

export type WarmImages = ReturnType<typeof createWarmImages>;

type Made = Pick<WarmEnvironment, 'id' | 'machines'>;

/**
 * Tells which prewarmed environments a start would make otherwise now: of other images, since an admin may have
 * the lab take others, or as a version of Berth does that was updated since.
 */
export function createWarmImages({
  pins,
  engine,
}: {
  pins: Pick<ImagePins, 'agrees'>;
  engine: Pick<Engine, 'machineRevision'>;
}) {
  /** Undefined where the engine is away, and no session can begin. */
  async function currentRevision(): Promise<string | undefined> {
    try {
      return await engine.machineRevision();
    } catch (error) {
      if (isFault(error, 'ENGINE_UNREACHABLE')) return undefined;
      throw error;
    }
  }

  return {
    /** Ids of those of `environments`, all ready and of this version of the lab, that a start would make otherwise. */
    async outdated(lab: Lab, environments: readonly Made[]): Promise<string[]> {
      if (environments.length === 0) return [];
      const revision = await currentRevision();
      // Most are alike, and one question serves them all.
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

/** What the engine was given for each of the lab's names of images. */
function referencesOf(lab: Lab, { machines }: Made): ReadonlyMap<string, string> {
  const made = new Map(machines.map(({ name, image }) => [name, image]));
  return new Map(lab.machines.map(({ name, image }) => [image, made.get(name) ?? '']));
}
