import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

/** The service that a development server passes API calls on to. */
const service = 'http://127.0.0.1:8080';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // The test runner brings an older React to the folder above; the app must have one React only.
  resolve: {
    dedupe: ['react', 'react-dom'],
    conditions: ['berth-source', ...defaultClientConditions],
  },
  build: { outDir: '../dist/web', emptyOutDir: true, chunkSizeWarningLimit: 1500 },
  server: {
    proxy: {
      '/graphql': { target: service, ws: true },
      '/api': service,
      '/ws': { target: service, ws: true },
      '/sign-in': service,
      '/sign-out': service,
    },
  },
});
