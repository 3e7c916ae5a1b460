import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The page calls /graphql on its own origin; both servers of Vite hand that on to a Thali.
const proxy = { '/graphql': process.env.THALI_URL ?? 'http://127.0.0.1:8000' };

export default defineConfig({
  plugins: [react()],
  base: './',
  server: { proxy, strictPort: true },
  preview: { proxy, strictPort: true },
  test: { include: ['src/**/*.test.ts'] },
});
