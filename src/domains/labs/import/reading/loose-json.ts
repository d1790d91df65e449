import { parseLabYaml } from '../../reading/lab-yaml.ts';
import { nestingProblem } from '../../reading/yaml-nesting.ts';
import { withoutComments } from './without-comments.ts';
import { LineCounter, parseDocument } from 'yaml';

/** A file that ought to be JSON, as far as it could be understood. */
export interface LooseJson {
  data: unknown;
  /** Where it is not strict JSON, and was understood all the same. */
  problems: { line: number; message: string }[];
  /** Line, from 1, of the key or entry at `path`, or of the nearest one around it. */
  lineOf(path: readonly PropertyKey[]): number;
}

/**
 * Reads JSON as people write it by hand: with commas too many or too few, comments, tabs and line ends in
 * texts, other quotes. The reader of YAML, of which JSON is a part, goes on after all of these and knows the
 * lines of keys; one of JSON5 stops at the first comma that is missing, and knows no lines.
 */
export function parseLooseJson(source: string): LooseJson {
  const text = source.replace(/^\uFEFF/, '');
  const { lineOf } = parseLabYaml(withoutComments(text));
  try {
    return { data: JSON.parse(text), problems: [], lineOf };
  } catch {
    return { ...parseLoosely(withoutComments(text)), lineOf };
  }
}

function parseLoosely(text: string): Pick<LooseJson, 'data' | 'problems'> {
  const nesting = nestingProblem(text);
  if (nesting !== undefined) return { data: undefined, problems: [{ line: 1, message: nesting }] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const problems = document.errors.map(({ message, pos: [offset] }) => ({
    line: lines.linePos(offset).line,
    message: `is not strict JSON: ${message}`,
  }));
  try {
    return { data: document.toJS({ maxAliasCount: 0 }), problems };
  } catch (error) {
    // An alias, which JSON does not have.
    if (!(error instanceof ReferenceError)) throw error;
    return { data: undefined, problems: [...problems, { line: 1, message: error.message }] };
  }
}
