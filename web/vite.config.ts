import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The service that the development server forwards to; `npm run dev` sets it. */
const service = process.env['BERTH_DEV_SERVICE'] ?? 'http://127.0.0.1:8080';

/** Paths that the service answers. Everything else is the web app. */
const SERVICE_PATHS = /^\/(?:api|graphql|ws|sign-in|sign-out|healthz|readyz|metrics)(?:[/?]|$)/;

/** Hosts of previews, which the service answers whatever the path. */
const PREVIEW_HOST = /\.preview\.localhost(?::\d+)?$/;

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  resolve: {
    // The test runner brings an older React to the folder above; the app must have one React only.
    dedupe: ['react', 'react-dom'],
  },
  build: { outDir: '../dist/web', emptyOutDir: true, chunkSizeWarningLimit: 1500 },
  server: {
    proxy: {
      '/': {
        target: service,
        ws: true,
        bypass({ url = '/', headers: { host = '' } }) {
          return SERVICE_PATHS.test(url) || PREVIEW_HOST.test(host) ? undefined : url;
        },
      },
    },
  },
});
