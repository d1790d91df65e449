import type { IsolationProfile } from '../engine/engine.ts';
import type { WarmTime } from './warm-time.ts';

/** A lab as its folder describes it, validated; immutable, one object per content version. */
export interface Lab {
  /** Name of the folder: lower-case letters, digits and hyphens. */
  slug: string;
  /** SHA-256 over the folder's files, hex: changes with any change of content. */
  version: string;
  title: string;
  /** One or two sentences for the catalogue. */
  summary: string;
  /** Markdown shown before the first step, and after the last. */
  introduction: string;
  conclusion: string;
  /** Expected effort in minutes. */
  minutes: number | undefined;
  /** Short name of the course that it belongs to. */
  course: string | undefined;
  machines: LabMachine[];
  /** The networks that its machines are on; none where they are to be alone. */
  networks: LabNetwork[];
  /** Whether its machines reach the local registry, to pull images from it. */
  registry: boolean;
  lifetime: LabLifetime;
  warm: LabWarm;
  /** Whether its sessions can be saved, and are when they end by themselves. */
  save: boolean;
  steps: LabStep[];
}

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
}

/** A port on which a machine of the lab has, or gets, a web server. */
export interface LabPort {
  port: number;
  name: string;
}

export interface LabLifetime {
  /** The session ends after so long without input or output. */
  idleMinutes: number;
  /** The session ends after so long in all, unless extended. */
  totalMinutes: number;
  /** Longest total life with all extensions. */
  maxMinutes: number;
}

/** How many of its environments are made ahead of anyone's start. */
export interface LabWarm {
  /** Kept ready while the lab is in use. */
  count: number;
  /** When there are to be more. */
  schedule: readonly WarmTime[];
}

export interface LabStep {
  /** Unique within the lab, stable over versions: progress hangs on it. */
  id: string;
  title: string;
  /** Markdown. */
  instructions: string;
  check: LabCheck | undefined;
}

export interface LabCheck {
  machine: string;
  /** Text of the script; a first line `#!…` chooses its interpreter, otherwise sh. */
  script: string;
  /** User that runs it. */
  user: string;
  timeoutSeconds: number;
}

/** A lab as learners and staff see it: without the scripts that check it, and what only the service needs. */
export interface LabView extends Pick<
  Lab,
  | 'slug'
  | 'version'
  | 'title'
  | 'summary'
  | 'introduction'
  | 'conclusion'
  | 'minutes'
  | 'course'
  | 'networks'
  | 'lifetime'
> {
  machines: Pick<LabMachine, 'name' | 'image' | 'networks'>[];
  steps: (Pick<LabStep, 'id' | 'title' | 'instructions'> & { hasCheck: boolean })[];
}
