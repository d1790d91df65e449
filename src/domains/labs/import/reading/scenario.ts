/** A page of a scenario, with what runs when it is opened. Files are named as they are in index.json. */
export interface ScenarioPart {
  /** Where it stands in index.json, such as `['details', 'steps', 0]`. */
  path: PropertyKey[];
  title: string | undefined;
  text: string | undefined;
  /** Script that the learner's own shell runs. */
  foreground: string | undefined;
  /** Script that runs out of sight. */
  background: string | undefined;
  verify: string | undefined;
  /** Help: Katacoda's `answer`, and `hint`. */
  help: string[];
}

/** A file that a scenario places in a machine. */
export interface ScenarioAsset {
  path: PropertyKey[];
  host: string;
  /** From the folder `assets`, with `*` and `**`. */
  file: string;
  /** Folder in the machine. */
  target: string;
  chmod: string | undefined;
}

/** A web page of a machine that has a tab of its own. */
export interface ScenarioDashboard {
  name: string;
  port: number;
}

/** What a scenario's index.json says, in either of its two dialects. */
export interface Scenario {
  title: string | undefined;
  description: string;
  minutes: number | undefined;
  imageid: string;
  intro: ScenarioPart | undefined;
  steps: ScenarioPart[];
  finish: ScenarioPart | undefined;
  assets: ScenarioAsset[];
  dashboards: ScenarioDashboard[];
  /** Folder that files without a leading "/" are in, where the scenario names one. */
  folder: string | undefined;
}
