import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';
import { isBackendPath } from './scripts/backend-paths.js';

const backend = process.env.TAPRI_BACKEND ?? 'http://127.0.0.1:5000';

/** In development Vite stands where the gateway stands otherwise: same paths, same division. */
const proxied = ['/api', '/oauth', '/.well-known', '/docs', '/media'];

export default defineConfig({
	plugins: [
		sveltekit(),
		paraglideVitePlugin({
			project: './project.inlang',
			outdir: './src/lib/paraglide',
			strategy: ['localStorage', 'preferredLanguage', 'baseLocale'],
			// Also read by the script in app.html.
			localStorageKey: 'tapri.language',
		}),
	],
	server: {
		port: 3000,
		strictPort: true,
		proxy: Object.fromEntries(
			proxied.map((path) => [
				path,
				{
					target: backend,
					xfwd: true,
					bypass: (request) => (isBackendPath(request.url ?? '/') ? undefined : '/index.html'),
				},
			]),
		),
	},
	build: {
		target: 'es2022',
		rolldownOptions: {
			output: {
				// Fewer and larger files: what every page needs travels together, not as fifty small requests.
				codeSplitting: {
					groups: [
						{ name: 'svelte', test: /node_modules\/(svelte|@sveltejs|esm-env|clsx)\// },
						{ name: 'base', test: /src\/lib\/(api|state|ui)\/|src\/lib\/paraglide\/runtime/ },
					],
				},
			},
		},
	},
	test: {
		include: ['src/**/*.test.ts', 'scripts/**/*.test.ts'],
		environment: 'node',
		expect: { requireAssertions: true },
	},
});
