// Puts the two Latin fonts into the head of the built shell, so that the browser asks for them at once and not
// only after the style sheet. SvelteKit does this for rendered pages only, and a shell without server rendering
// is none.
// To preload one more font: add its name to FONTS.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const FONTS = ['figtree-latin-wght-normal', 'bricolage-grotesque-latin-wght-normal'];
const ASSETS = '_app/immutable/assets';

/**
 * The adapter, followed by our pass over the shell it wrote.
 * @param {import('@sveltejs/kit').Adapter} adapter
 * @returns {import('@sveltejs/kit').Adapter}
 */
export function withPreloads(adapter) {
	return {
		...adapter,
		name: `${adapter.name}, with preloads`,
		async adapt(builder) {
			await adapter.adapt(builder);
			writePreloads('build');
		},
	};
}

/** @param {string} directory the built site */
function writePreloads(directory) {
	const assets = readdirSync(`${directory}/${ASSETS}`);
	const fonts = FONTS.map((name) => {
		const file = assets.find((asset) => asset.startsWith(`${name}.`) && asset.endsWith('.woff2'));
		if (!file) throw new Error(`the build has no font \`${name}\``);
		return `<link rel="preload" href="/${ASSETS}/${file}" as="font" type="font/woff2" crossorigin />`;
	});

	const shell = `${directory}/index.html`;
	const html = readFileSync(shell, 'utf8');
	// After the policy's <meta>, which has to be met before the first thing is fetched.
	const marked = html.replace('<!-- preloads -->', fonts.join('\n\t\t'));
	if (marked === html) throw new Error('src/app.html has lost its place for preloads');
	writeFileSync(shell, marked);
}
