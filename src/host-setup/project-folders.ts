import { fileURLToPath } from 'node:url';

/** Folder with one folder for each lab image. `src` and `dist` are at the same level, so the path holds for both. */
export const imagesFolder = fileURLToPath(new URL('../../images', import.meta.url));

/** Folder of the tests. A packaged installation has none. */
export const testsFolder = fileURLToPath(new URL('../../test', import.meta.url));
