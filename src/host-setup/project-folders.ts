import { fileURLToPath } from 'node:url';

/** The folder with one folder a lab image; this file lies two levels below the project, built or not. */
export const imagesFolder = fileURLToPath(new URL('../../images', import.meta.url));
