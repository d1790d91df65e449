import type { Notes } from '../import-note.ts';
import type { Action } from './action.ts';

/** The context that converts a text of a scenario. */
export interface PageContext {
  /** Path of the text's file, relative to the imported folder. */
  file: string;
  notes: Pick<Notes, 'warn'>;
  /** Names of the lab's machines, the one with the terminal first. */
  hosts: readonly string[];
  /** Absolute folder of relative paths. */
  folder: string;
  /** Absolute path of `~`. */
  home: string;
  /** Returns the picture at an address of the text. */
  picture(address: string): ReadPicture;
}

/** A data URL, or the reason why the picture is left out, as the end of a sentence. */
export type ReadPicture = { address: string } | { problem: string };

/** A port that a page links to. */
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

/** A command that a click on a page runs. */
export interface PageCommand extends Pick<Action, 'terminal' | 'machine' | 'interrupt'> {
  code: string;
  /** Line in the text, from 1. */
  line: number;
}

/** A text of a scenario as a page of Berth, and the other content extracted from it. */
export interface Page {
  markdown: string;
  /** Folded parts, in Markdown. */
  folded: string[];
  questions: PageQuestion[];
  ports: PagePort[];
  /** Commands that clicks run, in the text's order. */
  commands: PageCommand[];
  /** Code blocks without an action, in a shell's or no language. */
  shown: { code: string; line: number }[];
}
