import type { LocalizedText } from './localized-text.ts';

/** A check of a step, by its kind. */
export type LabCheck = ScriptCheck | TrustedCheck | QuizCheck | FileCheck | CommandCheck | HttpCheck;

/** The fields of every check. */
interface AnyCheck {
  /** Unique within the step. */
  id: string;
  /** Display name, if the author gave one. */
  title: LocalizedText | undefined;
  /** Weight relative to the step's other checks; more than 0. */
  weight: number;
}

/** A check that runs against a machine. */
interface MachineCheck extends AnyCheck {
  /** Name of the machine. */
  machine: string;
  /** Longest run; the check is stopped after it. */
  timeoutSeconds: number;
}

/** A script that runs in the machine. It passes with exit code 0, or with the score that it reports. */
export interface ScriptCheck extends MachineCheck {
  kind: 'script';
  /** Text of the script. A first line `#!…` chooses its interpreter; the default is sh. */
  script: string;
  /** User that runs it. */
  user: string;
}

/** A script that runs in a separate container, which the learner cannot access. */
export interface TrustedCheck extends MachineCheck {
  kind: 'trusted';
  /** See {@link ScriptCheck}. */
  script: string;
  /** Image of the container; undefined for Berth's default image. */
  image: string | undefined;
  /** Absolute paths in the machine. The container gets a copy of them. */
  paths: readonly string[];
  /** Whether the Docker client in the container connects to the machine's own engine. */
  engine: boolean;
}

/** A question. */
export interface QuizCheck extends AnyCheck {
  kind: 'quiz';
  question: LocalizedText;
  /** Shown after a correct answer, and when no attempts are left. */
  explanation: LocalizedText | undefined;
  /** Number of wrong answers allowed; undefined for no limit. */
  attempts: number | undefined;
  /** Share of the score, 0 to 1, that each wrong answer deducts from a later correct one. */
  cost: number;
  answer: QuizChoice | QuizText;
}

/** A question with options. The learner must choose a correct one, or with `multiple` exactly the correct ones. */
interface QuizChoice {
  kind: 'choice';
  multiple: boolean;
  options: readonly { text: LocalizedText; correct: boolean }[];
}

/** A question with a text answer, which must match one of `answers`. Surrounding white space is ignored. */
export interface QuizText {
  kind: 'text';
  /** With `pattern`: regular expressions that match anywhere in the text, see pattern.ts. */
  answers: readonly string[];
  match: 'exact' | 'contains' | 'pattern';
  ignoreCase: boolean;
}

/** Conditions on a text. All that are given must hold. */
export interface TextRule {
  /** The text contains all of these. */
  contains: readonly string[];
  /** A regular expression that matches somewhere in the text, see pattern.ts. */
  matches: string | undefined;
  /** The text equals this, apart from trailing line ends. */
  equals: string | undefined;
}

/** A check of a file or folder in the machine. */
export interface FileCheck extends MachineCheck {
  kind: 'file';
  /** User that reads the file. */
  user: string;
  file: {
    /** Absolute path, or `~/…` in the home of the machine's user. */
    path: string;
    /** If false, the path must not exist, and no other condition applies. */
    exists: boolean;
    /** Required type; undefined for any. */
    kind: 'file' | 'folder' | undefined;
    content: TextRule;
    /** Permission bits, such as 0o755. */
    mode: number | undefined;
    /** Name or number of a user. */
    owner: string | undefined;
  };
}

/** A check that runs a command in the machine. */
export interface CommandCheck extends MachineCheck {
  kind: 'command';
  /** User that runs it. */
  user: string;
  command: {
    /** The program and its arguments. `/bin/sh -c` runs a command that the lab gives as one text. */
    run: readonly string[];
    /** Required exit code. */
    exit: number;
    /** Conditions on the standard output. */
    output: TextRule;
  };
}

/** A check that sends an HTTP request to a server in the machine, through the machine's network. */
export interface HttpCheck extends MachineCheck {
  kind: 'http';
  http: {
    port: number;
    /** Path with an optional query. */
    path: string;
    method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
    /** Request headers. */
    headers: Readonly<Record<string, string>>;
    /** Whether the server uses TLS. Its certificate is not verified. */
    https: boolean;
    /** Required status of the response. */
    status: number;
    body: TextRule;
  };
}

/** Returns the id of a check without one; `place` is its index in the step. */
export function defaultCheckId(place: number): string {
  return place === 0 ? 'check' : `check-${place + 1}`;
}
