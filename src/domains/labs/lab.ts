import type { IsolationProfile } from '../../engine/engine.ts';
import type { LabCheck } from './lab-check.ts';
import type { LocalizedText } from './localized-text.ts';
import type { WarmTime } from './warm-time.ts';

/** A lab as its folder describes it, validated; immutable, one object per content version. */
export interface Lab {
  /** Name of the folder: lower-case letters, digits and hyphens. */
  slug: string;
  /** SHA-256 over the folder's files, hex: changes with any change of content. */
  version: string;
  /** BCP 47 tags, at least one; the first is the default. All its texts are in each of them. */
  languages: readonly string[];
  title: LocalizedText;
  /** One or two sentences for the catalogue. */
  summary: LocalizedText;
  /** Markdown shown before the first step, and after the last. */
  introduction: LocalizedText;
  conclusion: LocalizedText;
  /** Expected effort in minutes. */
  minutes: number | undefined;
  /** Short name of the course that it belongs to. */
  course: string | undefined;
  /** Title of that course, where the lab gives one. */
  courseTitle: LocalizedText | undefined;
  machines: LabMachine[];
  /** The networks that its machines are on; none where they are to be alone. */
  networks: LabNetwork[];
  /** Whether its machines reach the local registry, to pull images from it. */
  registry: boolean;
  lifetime: LabLifetime;
  warm: LabWarm;
  /** Whether its sessions can be saved, and are when they end by themselves. */
  save: boolean;
  /** What is recorded of its terminals; undefined where that is for its course to say. */
  recording: LabRecording | undefined;
  /** Which attempt's score counts in a step. */
  attempts: 'best' | 'last';
  steps: LabStep[];
  /** Contents of what its machines' `files` name, by path from the lab's folder. */
  files: ReadonlyMap<string, Buffer>;
}

/** What is recorded of a terminal: what it printed, or also what was typed. */
export type LabRecording = 'output' | 'input';

export interface LabNetwork {
  name: string;
  /** Whether its machines reach the internet. */
  internet: boolean;
}

export interface LabMachine {
  name: string;
  image: string;
  /** Names of its networks, the first one with the address that it is known by. */
  networks: string[];
  /** Absolute paths of folders that are kept beside the machine's own file system. */
  volumes: string[];
  profile: IsolationProfile;
  /** Whose shell a terminal is. */
  user: string | undefined;
  /** Shell of terminals, such as `["/bin/bash", "-l"]`. */
  shell: string[];
  environment: Record<string, string>;
  memoryBytes: number;
  cpus: number;
  pids: number;
  /** Most that it may write, into its file system and its volumes together. */
  diskBytes: number;
  /** What learners open in the browser. */
  ports: LabPort[];
  /** Placed in a fresh machine, in this order, before its start scripts run. */
  files: LabFile[];
  /** Run in a fresh machine one after another, before anyone works in it. */
  start: StartScript[];
}

/** A file of the lab that is placed in a machine. */
export interface LabFile {
  /** Path from the lab's folder: a key of the lab's `files`. */
  from: string;
  /** Absolute path of the file in the machine; one that begins with `~/` is in the home of the machine's user. */
  to: string;
  /** Permission bits, such as 0o755. */
  mode: number;
  /** Name or number of the user whose it is, and whose the folders are that are made for it. */
  owner: string;
}

/** A script that prepares a machine. */
export interface StartScript {
  /** Its path from the lab's folder, or its key where it stands in lab.yaml: to speak of it. */
  name: string;
  /** Text of the script; a first line `#!…` chooses its interpreter, otherwise sh. */
  script: string;
  /** Who runs it. */
  user: string;
  /** It is stopped, and has failed, after so long; undefined for one that runs in the background. */
  timeoutSeconds: number | undefined;
  /** Started and not waited for. */
  background: boolean;
}

/** A port on which a machine of the lab has, or gets, a web server. */
export interface LabPort {
  port: number;
  name: LocalizedText;
}

export interface LabLifetime {
  /** The session ends after so long without input or output. */
  idleMinutes: number;
  /** The session ends after so long in all, unless extended. */
  totalMinutes: number;
  /** Longest total life with all extensions. */
  maxMinutes: number;
}

/** How many of its environments are prewarmed. */
export interface LabWarm {
  /** Kept ready while the lab is in use. */
  count: number;
  /** When there are to be more. */
  schedule: readonly WarmTime[];
}

export interface LabStep {
  /** Unique within the lab, stable over versions: progress hangs on it. */
  id: string;
  title: LocalizedText;
  /** Markdown. */
  instructions: LocalizedText;
  /** Run when the learner enters the step for the first time in a session. */
  start: StepStart[];
  /** What judges it, none for a step that is only read. */
  checks: LabCheck[];
  /** Share of the checks' weight, 0 to 1, from which it is passed. */
  pass: number;
  /** How often the client asks for the check by itself while the step is open; undefined for never. */
  pollSeconds: number | undefined;
  hints: LabHint[];
  /** What does as the step asks, in this order: for tests. */
  solution: LabScript[];
  /** States in which the checks must fail, each by itself: for tests. */
  wrong: LabScript[];
  /** Attempts to pass the step without doing its work, which must fail: for tests. */
  tamper: LabScript[];
}

/** A script that prepares a machine for a step. */
export interface StepStart extends StartScript {
  /** Name of the machine. */
  machine: string;
  /** Put into the machine and sourced by the learner's own shell, which the client types; `user` and time do not matter then. */
  foreground: boolean;
}

/** Help that is shown on request. */
export interface LabHint {
  /** Its own within the step, and the same over versions: a learner who was shown it has it in all of them. */
  id: string;
  /** Markdown. */
  text: LocalizedText;
  /** It can be asked for after so many failed attempts. */
  afterFailures: number;
  /** What is taken off the step's score once it was asked for: 0 to 1. */
  cost: number;
}

/** A script of the lab's tests that does in a machine what a learner might. */
export interface LabScript {
  /** Its path from the lab's folder, or its key where it stands in lab.yaml: to speak of it. */
  name: string;
  /** Text of the script; a first line `#!…` chooses its interpreter, otherwise sh. */
  script: string;
  machine: string;
  /** Who runs it; undefined for the image's own user. */
  user: string | undefined;
}
