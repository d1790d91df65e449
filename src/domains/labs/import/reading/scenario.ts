/** A page of a scenario with its scripts. File names are those of index.json. */
export interface ScenarioPart {
  /** Its path in index.json, such as `['details', 'steps', 0]`. */
  path: PropertyKey[];
  title: string | undefined;
  text: string | undefined;
  /** Script that the learner's own shell runs. */
  foreground: string | undefined;
  /** Script that runs in the background. */
  background: string | undefined;
  verify: string | undefined;
  /** Help: Katacoda's `answer`, and `hint`. */
  help: string[];
}

/** A file that a scenario copies into a machine. */
export interface ScenarioAsset {
  path: PropertyKey[];
  host: string;
  /** Path in the folder `assets`, which may contain `*` and `**`. */
  file: string;
  /** Folder in the machine. */
  target: string;
  chmod: string | undefined;
}

/** A web page of a machine with its own tab. */
interface ScenarioDashboard {
  name: string;
  port: number;
}

/** The content of an index.json, in either of its two dialects. */
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
  /** Folder of relative paths, if the scenario sets one. */
  folder: string | undefined;
}
