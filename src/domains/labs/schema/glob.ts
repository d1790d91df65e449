import { RE2JS } from 're2js';

/** Whether the path has what stands for others in it: `*` for letters within a name, `**` for folders. */
export function isGlob(path: string): boolean {
  return path.includes('*');
}

/** The folders before the first name with a `*`: what a match is not kept below of. */
export function fixedPart(glob: string): string {
  const names = glob.split('/');
  return names.slice(0, names.findIndex(isGlob)).join('/');
}

/** Those of `paths` that the glob stands for. In a time that grows with the paths alone. */
export function matches(glob: string, paths: Iterable<string>): string[] {
  const names = glob.split('/').map((name, place, all) => {
    const last = place === all.length - 1;
    if (name === '**') return last ? '.+' : '(?:[^/]+/)*';
    return name.split('*').map(RE2JS.quote).join('[^/]*') + (last ? '' : '/');
  });
  const pattern = RE2JS.compile(`(?s)^${names.join('')}$`);
  return [...paths].filter((path) => pattern.test(path));
}
