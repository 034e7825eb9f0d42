// How SvelteKit builds the web app: a static shell, no server rendering, and a strict content policy.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { withPreloads } from './scripts/preloads.js';

/** The one script of the shell that is ours (it sets the theme before the first paint) runs by its hash. */
function shellScriptHash() {
	const shell = readFileSync(new URL('./src/app.html', import.meta.url), 'utf8');
	const script = /<script>([\s\S]*?)<\/script>/.exec(shell)?.[1];
	if (script === undefined) throw new Error('src/app.html has lost its theme script');
	return /** @type {const} */ (`sha256-${createHash('sha256').update(script).digest('base64')}`);
}

/** @type {import('@sveltejs/kit').Config} */
export default {
	preprocess: vitePreprocess(),
	kit: {
		adapter: withPreloads(adapter({ pages: 'build', fallback: 'index.html', precompress: false })),
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['none'],
				'script-src': ['self', shellScriptHash()],
				'style-src': ['self'],
				// SvelteKit's announcer for screen readers hides itself by a style attribute; that one and no other.
				'style-src-attr': ['unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
				'img-src': ['self', 'data:', 'blob:'],
				'font-src': ['self'],
				'connect-src': ['self'],
				'manifest-src': ['self'],
				'base-uri': ['none'],
				'form-action': ['self'],
			},
		},
		typescript: {
			config: (config) => ({
				...config,
				include: [...config.include, '../e2e/**/*.ts', '../playwright.config.ts', '../scripts/**/*.js'],
			}),
		},
	},
};
