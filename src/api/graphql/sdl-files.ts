import { readFile } from 'node:fs/promises';

/** Domains with a file `<domain>/<domain>.graphql`, in the order of the printed schema. */
const domains = [
  'base',
  'identity',
  'labs',
  'lab-sources',
  'steps',
  'pins',
  'images',
  'jobs',
  'registry',
  'sessions',
  'saves',
  'admission',
  'warm',
  'terminals',
  'recordings',
  'checks',
  'files',
  'previews',
];

/** Returns the SDL of all domains. */
export async function readSdl(): Promise<string> {
  const texts = await Promise.all(
    domains.map((domain) => readFile(new URL(`./${domain}/${domain}.graphql`, import.meta.url), 'utf8')),
  );
  return texts.join('\n');
}
