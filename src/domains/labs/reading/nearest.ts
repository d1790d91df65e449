/**
 * Returns the known word closest to `word`, for suggestions. Undefined if more than `most` characters differ; the
 * default is a third of the word, and at least two.
 */
export function nearest(
  word: string,
  known: readonly string[],
  most = Math.max(2, Math.floor(word.length / 3)),
): string | undefined {
  // Longer than any known word: not a typo, and slow to compare.
  if (word.length > 64) return undefined;
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((one, other) => one.distance - other.distance);
  const best = ranked[0];
  return best && best.distance <= most ? best.candidate : undefined;
}

/** Returns the Damerau–Levenshtein distance: additions, removals, replacements and swaps of neighbours. */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row++) {
    const line = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let least = Math.min(
        cell(rows, row - 1, column) + 1,
        (line[column - 1] ?? 0) + 1,
        cell(rows, row - 1, column - 1) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]) {
        least = Math.min(least, cell(rows, row - 2, column - 2) + 1);
      }
      line.push(least);
    }
    rows.push(line);
  }
  return cell(rows, from.length, to.length);
}

function cell(rows: number[][], row: number, column: number): number {
  return rows[row]?.[column] ?? 0;
}
