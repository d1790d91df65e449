/** A note for the person who imports scenarios, with its location. */
export interface ImportNote {
  /** Path relative to the imported folder. */
  file: string;
  /** Line in the file, from 1, if known. */
  line: number | undefined;
  message: string;
}

/** A location in the scenarios. */
export type Place = Pick<ImportNote, 'file'> & { line?: number | undefined };

/** Collects notes about one scenario. */
export interface Notes {
  /** Adds a reason why the scenario cannot become a lab. */
  refuse(message: string, place: Place): void;
  /** Adds a difference between the lab and the scenario. */
  warn(message: string, place: Place): void;
}

/** Creates a collector of notes that drops duplicates. */
export function collectNotes(): Notes & { refusals: ImportNote[]; warnings: ImportNote[] } {
  const refusals: ImportNote[] = [];
  const warnings: ImportNote[] = [];
  const add = (notes: ImportNote[], message: string, { file, line }: Place) => {
    const isKnown = notes.some(
      (note) => note.file === file && note.line === line && note.message === message,
    );
    if (!isKnown) notes.push({ file, line, message });
  };
  return {
    refusals,
    warnings,
    refuse: (message, place) => add(refusals, message, place),
    warn: (message, place) => add(warnings, message, place),
  };
}

/** Formats a note as one line, such as `linux/index.json:12: details.steps[0].text: is missing`. */
export function describeNote({ file, line, message }: ImportNote): string {
  return `${file}${line === undefined ? '' : `:${line}`}: ${message}`;
}
