/*
 * `node --import=./setup/typescript.mjs`: runs TypeScript without a build. Later versions of Node strip the types
 * themselves; packages of this repository resolve to their sources in every version.
 */
import { register } from 'node:module';

if (!process.features.typescript) register('./typescript-hooks.mjs', import.meta.url);
