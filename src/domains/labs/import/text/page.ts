import type { Notes } from '../import-note.ts';
import type { Action } from './action.ts';

/** What a text of a scenario is read with. */
export interface PageContext {
  /** The text's file, from the folder that is imported. */
  file: string;
  notes: Pick<Notes, 'warn'>;
  /** Names of the lab's machines, the one with the terminal first. */
  hosts: readonly string[];
  /** Folder that files without a leading "/" are in, absolute. */
  folder: string;
  /** What `~` is, absolute. */
  home: string;
  /** The picture at an address of the text. */
  picture(address: string): ReadPicture;
}

/** An address that brings the picture along, or why it is left out, as the end of a sentence. */
export type ReadPicture = { address: string } | { problem: string };

/** A port that a page leads to. */
export interface PagePort {
  host: string;
  port: number;
}

/** A question of a text. */
export interface PageQuestion {
  question: string;
  answer:
    | { kind: 'text'; answers: string[]; match: 'exact' | 'contains' }
    | { kind: 'choice'; multiple: boolean; options: { text: string; correct: boolean }[] };
}

/** What a click on a page runs. */
export interface PageCommand extends Pick<Action, 'terminal' | 'machine' | 'interrupt'> {
  code: string;
  /** Line that it stands in. */
  line: number;
}

/** A text of a scenario in Markdown as Berth's pages have it, and what stood in it beside. */
export interface Page {
  markdown: string;
  /** What was folded away, in Markdown. */
  folded: string[];
  questions: PageQuestion[];
  ports: PagePort[];
  /** What a click runs, in the text's order. */
  commands: PageCommand[];
  /** Blocks of shell code, and of no language, that no click runs. */
  shown: { code: string; line: number }[];
}
