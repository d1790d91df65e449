import { readFile } from 'node:fs/promises';

/** Domains with a file `<domain>/<domain>.graphql` of their own, in the order the printed schema has them. */
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

/** The schema as its authors wrote it, all domains together. */
export async function readSdl(): Promise<string> {
  const texts = await Promise.all(
    domains.map((domain) => readFile(new URL(`./${domain}/${domain}.graphql`, import.meta.url), 'utf8')),
  );
  return texts.join('\n');
}
