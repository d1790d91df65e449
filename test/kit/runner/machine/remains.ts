import type Docker from 'dockerode';
import { LABEL } from '../../../../src/engine/docker/labels.ts';

/** Something of an installation on the engine. */
export interface Remain {
  installation: string;
  /** Such as `container berth-…-main`. */
  name: string;
  remove(): Promise<unknown>;
}

/** Prefix of names of pinned images, followed by the installation. */
const PIN = /^berth\/pin:([^.]+)\./;

/** Everything on the engine of these installations, in the order in which it can be removed. */
export async function remainsOf(docker: Docker, installations: ReadonlySet<string>): Promise<Remain[]> {
  const filters = { label: [LABEL.installation] };
  const [containers, networks, { Volumes }, images] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
    docker.listImages(),
  ]);
  const labelled = [
    ...containers.map(({ Id, Names, Labels }) => ({
      labels: Labels,
      name: `container ${Names.join(', ').slice(1)}`,
      remove: () => docker.getContainer(Id).remove({ force: true, v: true }),
    })),
    ...networks.map(({ Id, Name, Labels }) => ({
      labels: Labels,
      name: `network ${Name}`,
      remove: () => docker.getNetwork(Id).remove(),
    })),
    ...Volumes.map(({ Name, Labels }) => ({
      labels: Labels,
      name: `volume ${Name}`,
      remove: () => docker.getVolume(Name).remove(),
    })),
    ...images.flatMap(({ Id, RepoTags, Labels }) =>
      namesOf(RepoTags, Id).map((name) => ({
        labels: { ...Labels, ...pinLabels(name) },
        name: `image ${name}`,
        remove: () => docker.getImage(name).remove(),
      })),
    ),
  ];
  return labelled.flatMap(({ labels, name, remove }) => {
    const installation = labels?.[LABEL.installation];
    if (installation === undefined || !installations.has(installation)) return [];
    return [{ installation, name, remove: () => remove().catch(unlessGone) }];
  });
}

/** Some engine versions call nameless images `<none>`. */
function namesOf(tags: string[] | null | undefined, id: string): string[] {
  const names = (tags ?? []).filter((name) => !name.startsWith('<none>'));
  return names.length > 0 ? names : [id];
}

/** A pin is an additional name of an image that others share. The name itself contains the installation. */
function pinLabels(name: string): Record<string, string> {
  const installation = PIN.exec(name)?.[1];
  return installation === undefined ? {} : { [LABEL.installation]: installation };
}

/** 404: it was removed meanwhile. 409: it is being removed. */
function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
}
