import { posix } from 'node:path';
import { convertScenario } from './convert-scenario.ts';
import type { Conversion } from './convert-scenario.ts';
import type { EnvironmentFor } from './environments.ts';
import { SCENARIO_FILE, findScenarios } from './find-scenarios.ts';
import type { FoundScenario } from './find-scenarios.ts';
import { collectNotes } from './import-note.ts';
import type { ImportReport, ScenarioReport } from './import-report.ts';
import { ownName } from './names.ts';
import { putLab } from './put-lab.ts';
import { readScenario } from './read-scenario.ts';
import { readSourceTree } from './source-tree.ts';
import type { SourceTree } from './source-tree.ts';

/** How scenarios are imported. */
export interface ImportOptions {
  /** Folder of the scenarios. */
  folder: string;
  /** What the lab of a scenario in `folder` itself is called. */
  name: string;
  /** Folder of labs. */
  into: string;
  environmentFor: EnvironmentFor;
  /** Replace labs that are there already. */
  force: boolean;
  /** Import scenarios that no course lists. */
  unlisted: boolean;
  language: string;
  network: Conversion['network'];
}

/**
 * Makes a lab of each scenario in a folder. One that can not be does not keep the others.
 * @throws INPUT_INVALID when the folder can not be read
 */
export async function importScenarios(
  options: ImportOptions,
): Promise<Pick<ImportReport, 'scenarios' | 'courses'>> {
  const tree = await readSourceTree(options.folder);
  const { scenarios, problems } = await findScenarios(tree);
  const slugs = new Set<string>();
  const reports: ScenarioReport[] = [];
  for (const found of scenarios) {
    const lab = ownName(found.folder || options.name, 'lab', slugs);
    reports.push(await importOne(tree, found, lab, options));
  }
  return { scenarios: reports, courses: problems };
}

async function importOne(
  tree: SourceTree,
  found: FoundScenario,
  lab: string,
  options: ImportOptions,
): Promise<ScenarioReport> {
  const notes = collectNotes();
  const { refusals, warnings } = notes;
  const report = { scenario: found.folder, lab, course: found.course, refusals, warnings };
  if (!found.isListed && !options.unlisted) return { ...report, outcome: 'left out' };
  const draft = await convert(tree, found, lab, { options, notes });
  if (draft && !(await putLab(draft, { into: options.into, slug: lab, force: options.force }))) {
    notes.refuse(`the lab "${lab}" is there already: --force replaces it`, { file: indexOf(found) });
  }
  if (refusals.length > 0) return { ...report, outcome: 'refused' };
  return { ...report, outcome: warnings.length > 0 ? 'imported with warnings' : 'imported' };
}

async function convert(
  tree: SourceTree,
  found: FoundScenario,
  slug: string,
  { options, notes }: { options: ImportOptions; notes: Conversion['notes'] },
) {
  const file = indexOf(found);
  const index = await tree.read(file);
  if ('problem' in index) return notes.refuse(index.problem, { file });
  const read = readScenario(file, index.content.toString('utf8'), notes);
  if (!read) return undefined;
  const { scenario, lineOf } = read;
  const placeOf = (path: PropertyKey[]) => ({ file, line: lineOf(path) });
  const environment = options.environmentFor(scenario.imageid);
  if ('refuse' in environment) {
    const message = `backend.imageid: "${scenario.imageid}" ${environment.refuse}`;
    return notes.refuse(message, placeOf(['backend', 'imageid']));
  }
  return convertScenario({
    slug,
    folder: found.folder,
    tree,
    scenario: {
      ...scenario,
      title: found.title ?? scenario.title,
      description: found.description ?? scenario.description,
    },
    environment,
    notes,
    placeOf,
    course: found.course,
    language: options.language,
    network: options.network,
  });
}

function indexOf({ folder }: FoundScenario): string {
  return posix.join(folder, SCENARIO_FILE);
}
