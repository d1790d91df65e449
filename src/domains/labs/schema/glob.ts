import { RE2JS } from 're2js';

/** Whether the path is a glob: `*` matches characters within a name, `**` matches folders. */
export function isGlob(path: string): boolean {
  return path.includes('*');
}

/** Returns the folders before the first name with a `*`. Matches keep their path relative to it. */
export function fixedPart(glob: string): string {
  const names = glob.split('/');
  return names.slice(0, names.findIndex(isGlob)).join('/');
}

/** Returns the paths that match the glob, in linear time. */
export function matches(glob: string, paths: Iterable<string>): string[] {
  const names = glob.split('/').map((name, place, all) => {
    const last = place === all.length - 1;
    if (name === '**') return last ? '.+' : '(?:[^/]+/)*';
    return name.split('*').map(RE2JS.quote).join('[^/]*') + (last ? '' : '/');
  });
  const pattern = RE2JS.compile(`(?s)^${names.join('')}$`);
  return [...paths].filter((path) => pattern.test(path));
}
