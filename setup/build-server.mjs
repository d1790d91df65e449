/*
 * `npm run build:server`: bundles the server with its libraries. The bundle starts in two thirds of the time that its
 * thousand modules take. Types are checked by `npm run lint`.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = join(ROOT, 'src');
const DIST = join(ROOT, 'dist');

/** Modules that Node starts by their path. All others are reached from these. */
const ENTRIES = [
  'cli/main',
  'cli/labs/lab-tests-guard',
  'domains/labs/reading/reader-worker',
  'domains/terminals/snapshots/serializer-worker',
];
/** Folder of the web app, which Vite builds. */
const WEB = 'web';
/** Native modules, optional ones, and large files that a source map would only slow down. */
const EXTERNAL = ['better-sqlite3', 'cpu-features', /\.node$/, /\.wasm-base64\.m?js$/];
/** Files that the server reads next to its modules. */
const ASSETS = /\.(graphql|pl|sh)$/;

const placeholder = (kind, id) => `__berth_${kind}(${JSON.stringify(relative(ROOT, id))})`;
const PLACEHOLDER = /__berth_(url|file|folder)\("([^"]+)"\)/g;

/** Code of the URL of `target` in a module in the folder `from`. */
const urlCode = (from, target) =>
  `new URL(${JSON.stringify(relative(from, target).replaceAll(sep, '/'))}, import.meta.url)`;

/** Code with changes within lines, for which the source map remains right. */
const withSameMap = (code) => ({ code, map: null });

/**
 * Modules find files next to themselves, as in the sources: those of `src` in the same place below `dist`, those of
 * libraries in the library.
 */
const keepFilePaths = {
  name: 'keep-file-paths',
  transform: {
    filter: { code: /import\.meta\.(?:url|filename|dirname)|__filename|__dirname/ },
    handler(code, id) {
      if (/\bimport\.meta\b/.test(code)) {
        return withSameMap(
          code
            .replaceAll('import.meta.url', placeholder('url', id))
            .replaceAll('import.meta.filename', placeholder('file', id))
            .replaceAll('import.meta.dirname', placeholder('folder', id)),
        );
      }
      if (!/\.c?js$/.test(id)) return undefined;
      return withSameMap(
        code
          .replace(/(?<![\w$.'"])__filename\b(?!['"])/g, placeholder('file', id))
          .replace(/(?<![\w$.'"])__dirname\b(?!['"])/g, placeholder('folder', id)),
      );
    },
  },
  renderChunk(code, chunk) {
    const from = dirname(join(DIST, chunk.fileName));
    return withSameMap(
      code.replace(PLACEHOLDER, (_, kind, path) => {
        const place = path.startsWith(`src${sep}`)
          ? join(DIST, path.slice('src/'.length)).replace(/\.ts$/, '.js')
          : join(ROOT, path);
        if (kind === 'url') return `${urlCode(from, place)}.href`;
        return `process.getBuiltinModule('node:url').fileURLToPath(${urlCode(from, kind === 'file' ? place : dirname(place))})`;
      }),
    );
  },
};

const build = await rolldown({
  cwd: ROOT,
  input: Object.fromEntries(ENTRIES.map((entry) => [entry, join(SOURCES, `${entry}.ts`)])),
  platform: 'node',
  external: EXTERNAL,
  // These would remove calls such as that of decodeURIComponent for the exception that it throws.
  treeshake: false,
  plugins: [keepFilePaths],
});
for (const entry of existsSync(DIST) ? readdirSync(DIST) : []) {
  if (entry !== WEB) rmSync(join(DIST, entry), { recursive: true });
}
await build.write({
  dir: DIST,
  format: 'esm',
  sourcemap: true,
  sourcemapExcludeSources: true,
  minify: false,
  chunkFileNames: 'chunks/[name]-[hash].js',
});
await build.close();

for (const entry of readdirSync(SOURCES, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !ASSETS.test(entry.name)) continue;
  const source = join(entry.parentPath, entry.name);
  const target = join(DIST, relative(SOURCES, source));
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(source, target);
}
