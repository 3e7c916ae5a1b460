import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Leaves every file compressed, and only so: what the server embeds is what it sends. */
function compressed(): Plugin {
  let folder = '';
  return {
    name: 'compressed',
    apply: 'build',
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    async closeBundle() {
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const file = join(entry.parentPath, entry.name);
        const level = constants.Z_BEST_COMPRESSION;
        await writeFile(`${file}.gz`, await promisify(gzip)(await readFile(file), { level }));
        await rm(file);
      }
    },
  };
}

export default defineConfig({
  base: '/playground/',
  plugins: [react(), compressed()],
  worker: { format: 'es' },
  // `npm run dev` shows changes at once, with the data of a server that runs beside it.
  server: { proxy: { '/graphql': 'http://127.0.0.1:8000', '/schema.graphql': 'http://127.0.0.1:8000' } },
  build: {
    // `dist` itself is always there, for the server to embed.
    outDir: 'dist/page',
    // Everything is a file of its own with its hash in the name; nothing is written into the page.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 4096,
    // GraphiQL's components were compiled with directives that mean nothing to a bundler.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
});
