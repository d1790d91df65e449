import type { IsolationProfile } from '../../engine/engine.ts';
import type { LabCheck } from './lab-check.ts';
import type { LabProblem } from './lab-problem.ts';
import type { LocalizedText } from './localized-text.ts';
import type { WarmTime } from './warm-time.ts';

/** A validated lab. It is immutable; there is one object per content version. */
export interface Lab {
  /** Name of the folder: lower-case letters, digits and hyphens. */
  slug: string;
  /** SHA-256 of the folder's files in hex. It changes with any content. */
  version: string;
  /** BCP 47 tags, at least one. The first is the default. Every text exists in each language. */
  languages: readonly string[];
  title: LocalizedText;
  /** One or two sentences for the catalogue. */
  summary: LocalizedText;
  /** Markdown shown before the first step. */
  introduction: LocalizedText;
  /** Markdown shown after the last step. */
  conclusion: LocalizedText;
  /** Expected effort in minutes. */
  minutes: number | undefined;
  /** Short name of its collection. */
  collection: string | undefined;
  /** Title of the collection, if the lab sets it. */
  collectionTitle: LocalizedText | undefined;
  machines: LabMachine[];
  /** Networks of its machines; empty if the machines have no network. */
  networks: LabNetwork[];
  /** Whether its machines can pull images from the local registry. */
  registry: boolean;
  lifetime: LabLifetime;
  warm: LabWarm;
  /** Whether sessions can be saved. If so, they are also saved when they end automatically. */
  save: boolean;
  /** What terminals record; undefined if its collection decides. */
  recording: LabRecording | undefined;
  /** The attempt whose score counts in a step. */
  attempts: 'best' | 'last';
  steps: LabStep[];
  /** Contents of the files that its machines' `files` name, by path relative to the lab's folder. */
  files: ReadonlyMap<string, Buffer>;
  /** What its author should change, although it still works. */
  warnings: readonly LabProblem[];
}

/** What a terminal records: its output, or its input as well. */
export type LabRecording = 'output' | 'input';

export interface LabNetwork {
  name: string;
  /** Whether its machines can access the internet. */
  internet: boolean;
}

export interface LabMachine {
  name: string;
  image: string;
  /** Names of its networks. The machine's name resolves to its address on the first one. */
  networks: string[];
  /** Absolute paths of folders that are volumes, outside the machine's root file system. */
  volumes: string[];
  profile: IsolationProfile;
  /** User of terminals. */
  user: string | undefined;
  /** Shell of terminals, such as `["/bin/bash", "-l"]`. */
  shell: string[];
  environment: Record<string, string>;
  memoryBytes: number;
  cpus: number;
  pids: number;
  /** Limit of its disk usage: its file system and its volumes together. */
  diskBytes: number;
  /** Web servers that learners open in the browser. */
  ports: LabPort[];
  /** Files copied into a new machine, in this order, before its start scripts run. */
  files: LabFile[];
  /** Scripts that run one after another in a new machine, before the session is ready. */
  start: StartScript[];
}

/** A file of the lab that is copied into a machine. */
export interface LabFile {
  /** Path relative to the lab's folder: a key of the lab's `files`. */
  from: string;
  /** Absolute path in the machine, or `~/…` in the home of the machine's user. */
  to: string;
  /** Permission bits, such as 0o755. */
  mode: number;
  /** Name or number of the user that owns the file and the folders created for it. */
  owner: string;
}

/** A script that prepares a machine. */
export interface StartScript {
  /** Name for messages: its path relative to the lab's folder, or its key in lab.yaml. */
  name: string;
  /** Text of the script. A first line `#!…` chooses its interpreter; the default is sh. */
  script: string;
  /** User that runs it. */
  user: string;
  /** Time limit, after which it is stopped and counts as failed; undefined for a background script. */
  timeoutSeconds: number | undefined;
  /** Whether it only starts, and nothing waits for its end. */
  background: boolean;
}

/** A port of a machine on which a web server runs or will run. */
export interface LabPort {
  port: number;
  name: LocalizedText;
}

export interface LabLifetime {
  /** Minutes without input or output after which the session ends. */
  idleMinutes: number;
  /** Minutes after its start at which the session ends, unless extended. */
  totalMinutes: number;
  /** Maximum lifetime in minutes with all extensions. */
  maxMinutes: number;
}

/** How many environments of the lab are prewarmed. */
export interface LabWarm {
  /** Number to keep prewarmed while the lab is in use. */
  count: number;
  /** Times at which more must be prewarmed. */
  schedule: readonly WarmTime[];
}

export interface LabStep {
  /** Unique within the lab, and stable across versions because progress is stored under it. */
  id: string;
  title: LocalizedText;
  /** Markdown. */
  instructions: LocalizedText;
  /** Scripts that run when the learner first enters the step in a session. */
  start: StepStart[];
  /** Checks of the step; empty for a step that learners only read. */
  checks: LabCheck[];
  /** Share of the checks' weight, 0 to 1, that passes the step. */
  pass: number;
  /** Interval at which the client runs the check while the step is open; undefined for no automatic checks. */
  pollSeconds: number | undefined;
  hints: LabHint[];
  /** For tests: scripts that solve the step, in this order. */
  solution: LabScript[];
  /** For tests: scripts that each create a state in which the checks must fail. */
  wrong: LabScript[];
  /** For tests: scripts that try to pass the step without its work, and must fail. */
  tamper: LabScript[];
}

/** A script that prepares a machine for a step. */
export interface StepStart extends StartScript {
  /** Name of the machine. */
  machine: string;
  /**
   * Whether the learner's own shell sources it: Berth copies it into the machine and the client types the command.
   * `user` and `timeoutSeconds` then have no effect.
   */
  foreground: boolean;
}

/** A hint, shown on request. */
export interface LabHint {
  /** Unique within the step and stable across versions, so a shown hint stays shown. */
  id: string;
  /** Markdown. */
  text: LocalizedText;
  /** Number of failed attempts before it can be requested. */
  afterFailures: number;
  /** Share of the step's score, 0 to 1, that it costs. */
  cost: number;
}

/** A script of the lab's tests, which acts as a learner in a machine. */
export interface LabScript {
  /** Name for messages: its path relative to the lab's folder, or its key in lab.yaml. */
  name: string;
  /** Text of the script. A first line `#!…` chooses its interpreter; the default is sh. */
  script: string;
  machine: string;
  /** User that runs it; undefined for the image's default user. */
  user: string | undefined;
}

/** Identifies one content version of a lab. */
export interface VersionKey {
  slug: string;
  /** Content digest. */
  version: string;
}

/** Returns the key as one string. */
export function versionName({ slug, version }: VersionKey): string {
  return `${slug} ${version}`;
}
