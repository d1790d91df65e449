import type { LabProblem } from '../lab-problem.ts';
import type { PresentVersion } from '../versions/version-store.ts';

/** Source id of the folder of labs. */
export const FOLDER = 'folder';
/** Source id of uploaded labs. */
export const UPLOAD = 'upload';

const first = [FOLDER, UPLOAD];

/**
 * Chooses one lab for each name: the folder's, then an uploaded one, then that of the oldest repository. The
 * others are reported as problems.
 */
export function chooseLabs(
  present: readonly PresentVersion[],
  repositories: readonly { id: string; name: string }[],
): { chosen: PresentVersion[]; problems: LabProblem[] } {
  const names = new Map(repositories.map(({ id, name }) => [id, name]));
  const ranks = new Map(
    [...first, ...repositories.map(({ id }) => id)].map((source, rank) => [source, rank]),
  );
  const chosen = new Map<string, PresentVersion>();
  const problems: LabProblem[] = [];
  const known = present.filter(({ source }) => ranks.has(source));
  for (const each of known.toSorted((a, b) => (ranks.get(a.source) ?? 0) - (ranks.get(b.source) ?? 0))) {
    const winner = chosen.get(each.slug);
    if (!winner) chosen.set(each.slug, each);
    else problems.push(hiddenBy(winner, each, (source) => names.get(source) ?? source));
  }
  return { chosen: [...chosen.values()], problems };
}

function hiddenBy(
  winner: PresentVersion,
  hidden: PresentVersion,
  name: (source: string) => string,
): LabProblem {
  const { slug } = hidden;
  const where = winner.source === FOLDER ? 'the folder of labs' : `the source "${name(winner.source)}"`;
  const message = `is hidden by the lab with the same name in ${where}: rename one of them`;
  return { source: name(hidden.source), lab: slug, file: '.', line: undefined, key: undefined, message };
}
