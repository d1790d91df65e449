import type { LabProblem } from '../lab-problem.ts';
import type { PresentVersion } from '../versions/version-store.ts';

/** The folder of labs, as a source. */
export const FOLDER = 'folder';
/** Labs that were uploaded one by one, as a source. */
export const UPLOAD = 'upload';

const first = [FOLDER, UPLOAD];

/**
 * Of labs of one name in several sources the one that counts: the folder's, then an uploaded one,
 * then that of the repository that has been followed for longest. The others are told as problems.
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
  const message = `is hidden by the lab of the same name in ${where}: give one of them another name`;
  return { source: name(hidden.source), lab: slug, file: '.', line: undefined, key: undefined, message };
}
