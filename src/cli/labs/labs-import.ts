import { writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { defineCommand } from 'citty';
import { fault, isFault } from '../../core/errors.ts';
import { looksLikeGitUrl, withoutSecret } from '../../domains/labs/git/git-address.ts';
import { fetchGit } from '../../domains/labs/git/fetch-git.ts';
import { readEnvironments, PLAIN_IMAGE } from '../../domains/labs/import/needs/environments.ts';
import { countOutcomes, describeImport, writeReport } from '../../domains/labs/import/import-report.ts';
import type { ImportReport } from '../../domains/labs/import/import-report.ts';
import { importScenarios } from '../../domains/labs/import/import-scenarios.ts';
import { MOST_PICTURE_BYTES } from '../../domains/labs/import/reading/read-pictures.ts';
import { languages } from '../../domains/labs/schema/lab-schema.ts';
import { formatBytes, parseBytes } from '../../core/units.ts';
import { createImageCommands, ensureImageOnRequest } from '../../host-setup/image-on-request.ts';
import { imagesFolder } from '../../host-setup/lab-images.ts';
import { sweepWorkFolders, withWorkFolder } from '../../core/work-folder.ts';
import { jobsOf } from './with-lab-tests.ts';
import { labsDirectory } from './named-labs.ts';
import { verifyImports } from './verify-imports.ts';
import { readConfig, readSetting } from '../../config/config.ts';
import { connectEngine } from '../../engine/docker/client.ts';
import { createDockerImages } from '../../engine/docker/images/images.ts';
import { createSteps } from '../../../setup/steps.mjs';

/** Exit code if some scenarios were refused; 1 means that the import could not start. */
const SOME_REFUSED = 2;

/** `berth labs import <folder or git url>`: converts scenarios of Katacoda and Killercoda to labs. */
export const importCommand = defineCommand({
  meta: { name: 'import', description: 'Convert Katacoda and Killercoda scenarios to labs.' },
  args: {
    source: {
      type: 'positional',
      required: true,
      description: 'A folder with scenarios, or the address of a Git repository.',
    },
    ref: { type: 'string', description: "Branch, tag or commit. Default: the repository's default branch." },
    into: {
      type: 'string',
      description: 'Folder of labs to write to. Default: BERTH_LABS_DIR, or ./labs.',
    },
    environments: {
      type: 'string',
      description: 'Table of environments for imageids, YAML or JSON. Default: BERTH_IMPORT_ENVIRONMENTS.',
    },
    network: {
      type: 'enum',
      options: ['auto', 'isolated', 'internet'],
      default: 'auto',
      description: 'Network access of the labs. "auto" gives internet access to labs that need it.',
    },
    language: { type: 'string', default: 'en', description: 'Language of the texts, such as en or pt-BR.' },
    unlisted: { type: 'boolean', default: false, description: 'Also import scenarios that no course lists.' },
    force: { type: 'boolean', default: false, description: 'Replace existing labs.' },
    docker: {
      type: 'boolean',
      default: true,
      description: 'Use the image with a Docker engine for scenarios that run Docker on a plain image.',
      negativeDescription: 'Keep the plain image for scenarios that run Docker.',
    },
    images: {
      type: 'boolean',
      default: true,
      description: "Build Berth's image for imports if it is missing.",
      negativeDescription: "Do not build Berth's image for imports.",
    },
    verify: {
      type: 'boolean',
      default: false,
      description:
        'Run the commands of the texts on the engine, and report the results of the verify scripts.',
    },
    jobs: { type: 'string', description: 'With --verify: number of simultaneous environments.' },
    'picture-limit': {
      type: 'string',
      description:
        'Size limit of the pictures of a page, up to 700 KiB. Default: 256 KiB each and 512 KiB a page.',
    },
    report: { type: 'string', description: 'File to write a report to, as JSON.' },
  },
  async run({ args }) {
    const { language } = args;
    if (!languages.safeParse([language]).success) {
      throw fault('INPUT_INVALID', { problem: `"${language}" is not the tag of a language, such as "en".` });
    }
    const jobs = jobsOf(args.jobs);
    const into = args.into ?? labsDirectory();
    const path = args.environments ?? readSetting('importEnvironments', process.env);
    const options = {
      into,
      environmentFor: await readEnvironments(path),
      force: args.force,
      unlisted: args.unlisted,
      language,
      network: args.network === 'auto' ? undefined : args.network,
      ...pictureLimitOf(args['picture-limit']),
      docker: args.docker,
      commandsOf: createImageCommands(imagesFolder),
    };
    const report = await withFolder(args.source, args.ref, async ({ folder, commit }) => {
      const name = basename(resolve(args.source)).replace(/\.git$/, '');
      const done = await importScenarios({ ...options, folder, name });
      return { source: withoutSecret(args.source), commit, into, ...done };
    });
    if (args.images) await ensureImportImages(report);
    if (args.verify) await verifyImports(report, { jobs });
    process.stdout.write(describeImport(report));
    if (args.report !== undefined) await writeFile(args.report, writeReport(report));
    const { scenarios, refused } = countOutcomes(report);
    if (scenarios === 0) throw fault('INPUT_INVALID', { problem: `"${report.source}" has no scenario.` });
    if (refused > 0) process.exitCode ??= SOME_REFUSED;
  },
});

/** Parses --picture-limit. @throws INPUT_INVALID */
function pictureLimitOf(given: string | undefined): { pictureLimit?: number } {
  if (given === undefined) return {};
  const bytes = parseBytes(given);
  if (bytes !== undefined && bytes <= MOST_PICTURE_BYTES) return { pictureLimit: bytes };
  const most = formatBytes(MOST_PICTURE_BYTES);
  throw fault('INPUT_INVALID', {
    problem: `--picture-limit must be a size with its unit of at most ${most}, such as "600 KiB", not "${given}".`,
  });
}

/** Runs `work` with the local folder, or with a temporary clone of the repository. */
async function withFolder(
  source: string,
  ref: string | undefined,
  work: (from: { folder: string; commit: string | undefined }) => Promise<ImportReport>,
): Promise<ImportReport> {
  if (!looksLikeGitUrl(source)) {
    if (ref !== undefined) {
      throw fault('INPUT_INVALID', { problem: '--ref only applies to a Git repository, not to a folder.' });
    }
    return work({ folder: source, commit: undefined });
  }
  await sweepWorkFolders((path, error) =>
    process.stderr.write(
      `Could not remove "${path}", which an earlier import left behind: ${String(error)}\n`,
    ),
  );
  return withWorkFolder(async (folder) => {
    const protocols = ['https', 'ssh', 'file'] as const;
    const { commit } = await fetchGit({ address: source, ref, into: folder, protocols });
    return work({ folder, commit });
  });
}

/**
 * Builds Berth's image for imports if a lab of this import uses it. The service does not build it at a start. If
 * there is no engine, the import still succeeds, and a message says how to build the image later.
 */
async function ensureImportImages(report: ImportReport): Promise<void> {
  if (!report.scenarios.some(({ image }) => image === PLAIN_IMAGE)) return;
  const { docker, close } = connectEngine(readConfig(process.env).dockerHost, process.env);
  try {
    const images = createDockerImages({ docker });
    const steps = createSteps({ output: process.stderr });
    await ensureImageOnRequest({ images, imagesFolder, folderName: 'ubuntu', steps });
  } catch (error) {
    if (!isFault(error)) throw error;
    process.stderr.write(
      `Could not build the image ${PLAIN_IMAGE}, which these labs need: ${error.message}\n` +
        'The labs are written. Build it later with "berth images build ubuntu".\n',
    );
  } finally {
    close();
  }
}
