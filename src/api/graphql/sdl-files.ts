import { readFile } from 'node:fs/promises';

/** The SDL files, without their extension, in the order of the printed schema. */
const files = [
  'base/base',
  'identity/identity',
  'courses/courses',
  'courses/assignments',
  'courses/help',
  'grades/grades',
  'insights/insights',
  'labs/labs',
  'labs/lab-sources',
  'labs/steps',
  'images/pins',
  'images/images',
  'jobs/jobs',
  'images/registry',
  'sessions/sessions',
  'saves/saves',
  'admission/admission',
  'admission/warm',
  'terminals/terminals',
  'terminals/recordings',
  'checks/checks',
  'sessions/files',
  'previews/previews',
];

/** Returns the SDL of all domains. */
export async function readSdl(): Promise<string> {
  const texts = await Promise.all(
    files.map((file) => readFile(new URL(`./${file}.graphql`, import.meta.url), 'utf8')),
  );
  return texts.join('\n');
}
