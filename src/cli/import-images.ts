import { readConfig } from '../config/config.ts';
import { connectEngine } from '../engine/docker/connection.ts';
import { createDockerImages } from '../engine/docker/images.ts';
import { isFault } from '../core/errors.ts';
import { PLAIN_IMAGE } from '../domains/labs/import/default-environments.ts';
import type { ImportReport } from '../domains/labs/import/import-report.ts';
import { ensureImageOnRequest } from '../host-setup/image-on-request.ts';
import { imagesFolder } from '../host-setup/project-folders.ts';
import { createSteps } from '../../setup/steps.mjs';

/**
 * Builds Berth's image for imports where a lab of this import runs on it: the first import does, since no start
 * of the service needs it. Without an engine the labs are there all the same, and this says what is left to do.
 */
export async function ensureImportImages(report: ImportReport): Promise<void> {
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
