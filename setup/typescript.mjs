/* `node --import=./setup/typescript.mjs`: TypeScript runs as it stands, as later versions of Node have it by themselves. */
import { register } from 'node:module';

if (!process.features.typescript) register('./typescript-hooks.mjs', import.meta.url);
