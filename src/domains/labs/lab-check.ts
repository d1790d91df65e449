import type { LocalizedText } from './localized-text.ts';

/** One of the things that judge a step, by its kind. */
export type LabCheck = ScriptCheck | TrustedCheck | QuizCheck | FileCheck | CommandCheck | HttpCheck;

/** What every check has. */
interface AnyCheck {
  /** Unique within the step. */
  id: string;
  /** Name to show, where its author gave one. */
  title: LocalizedText | undefined;
  /** How much it counts beside the step's other checks: more than 0. */
  weight: number;
}

/** A check that asks something of a machine. */
interface MachineCheck extends AnyCheck {
  /** Name of the machine. */
  machine: string;
  /** It is stopped after so long. */
  timeoutSeconds: number;
}

/** A script that runs in the machine: passed with exit code 0, or with the score that it gives. */
export interface ScriptCheck extends MachineCheck {
  kind: 'script';
  /** Text of the script; a first line `#!…` chooses its interpreter, otherwise sh. */
  script: string;
  /** Who runs it. */
  user: string;
}

/** A script that runs in a container of its own, out of the learner's reach. */
export interface TrustedCheck extends MachineCheck {
  kind: 'trusted';
  /** As a {@link ScriptCheck}'s. */
  script: string;
  /** Image of the container; undefined for Berth's own. */
  image: string | undefined;
  /** Absolute paths of the machine of which the container gets a copy. */
  paths: readonly string[];
  /** Whether its client of Docker asks the machine's own engine. */
  engine: boolean;
}

/** A question. */
export interface QuizCheck extends AnyCheck {
  kind: 'quiz';
  question: LocalizedText;
  /** For who has answered rightly, or cannot answer any more. */
  explanation: LocalizedText | undefined;
  /** Wrong answers after which it cannot be answered any more; any number when undefined. */
  attempts: number | undefined;
  /** Share of its score that each wrong answer takes off that of a later right one. */
  cost: number;
  answer: QuizChoice | QuizText;
}

/** Answered by choosing one option, or with `multiple` all that are correct and no other. */
export interface QuizChoice {
  kind: 'choice';
  multiple: boolean;
  options: readonly { text: LocalizedText; correct: boolean }[];
}

/** Answered by a text that fits one of `answers`, white space around it left away. */
export interface QuizText {
  kind: 'text';
  /** With `pattern`: regular expressions, see labs/pattern.ts, found anywhere in the text. */
  answers: readonly string[];
  match: 'exact' | 'contains' | 'pattern';
  ignoreCase: boolean;
}

/** What a text must be; all that is given. */
export interface TextRule {
  /** All of these are in it. */
  contains: readonly string[];
  /** A regular expression that is found in it: see labs/pattern.ts. */
  matches: string | undefined;
  /** It is this, line ends at its end left away. */
  equals: string | undefined;
}

/** A file or folder of the machine. */
export interface FileCheck extends MachineCheck {
  kind: 'file';
  /** Who looks. */
  user: string;
  file: {
    /** Absolute path; one that begins with `~/` is in the home of the machine's user. */
    path: string;
    /** With false it must not be there, and nothing else is asked. */
    exists: boolean;
    /** What it must be, where that matters. */
    kind: 'file' | 'folder' | undefined;
    content: TextRule;
    /** Permission bits, such as 0o755. */
    mode: number | undefined;
    /** Name or number of a user. */
    owner: string | undefined;
  };
}

/** A command that runs in the machine. */
export interface CommandCheck extends MachineCheck {
  kind: 'command';
  /** Who runs it. */
  user: string;
  command: {
    /** The program and its arguments; what was written as one text is run by `/bin/sh -c`. */
    run: readonly string[];
    /** The exit code that it must have. */
    exit: number;
    /** Of its standard output. */
    output: TextRule;
  };
}

/** A web server in the machine, asked through the machine's own network. */
export interface HttpCheck extends MachineCheck {
  kind: 'http';
  http: {
    port: number;
    /** With query, if any. */
    path: string;
    method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
    /** Sent along. */
    headers: Readonly<Record<string, string>>;
    /** Whether it speaks TLS; its certificate is not looked at. */
    https: boolean;
    status: number;
    body: TextRule;
  };
}
