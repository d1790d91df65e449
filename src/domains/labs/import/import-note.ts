/** Something that the importer of scenarios should know, with its place. */
export interface ImportNote {
  /** Path from the folder that is imported. */
  file: string;
  /** Line in the file, from 1, where it is known. */
  line: number | undefined;
  message: string;
}

/** Where in the scenarios something is. */
export type Place = Pick<ImportNote, 'file'> & { line?: number | undefined };

/** Takes what is to be told of one scenario. */
export interface Notes {
  /** Why it cannot be a lab. */
  refuse(message: string, place: Place): void;
  /** What its lab does otherwise than the scenario did. */
  warn(message: string, place: Place): void;
}

/** Notes of one scenario; the same is told once of a place. */
export function collectNotes(): Notes & { refusals: ImportNote[]; warnings: ImportNote[] } {
  const refusals: ImportNote[] = [];
  const warnings: ImportNote[] = [];
  const add = (notes: ImportNote[], message: string, { file, line }: Place) => {
    const told = notes.some((note) => note.file === file && note.line === line && note.message === message);
    if (!told) notes.push({ file, line, message });
  };
  return {
    refusals,
    warnings,
    refuse: (message, place) => add(refusals, message, place),
    warn: (message, place) => add(warnings, message, place),
  };
}

/** The note in one line, such as `linux/index.json:12: details.steps[0].text: is missing`. */
export function describeNote({ file, line, message }: ImportNote): string {
  return `${file}${line === undefined ? '' : `:${line}`}: ${message}`;
}
