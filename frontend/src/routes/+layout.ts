// The composition root: the one place where the app is made, once a tab. SvelteKit runs this again when
// everything is invalidated; the session and its timers must not start a second time.
import { createApp, type App } from '$lib/state/app';

export const ssr = false;
export const prerender = false;

let app: App | null = null;

export async function load(): Promise<{ app: App }> {
	if (app === null) {
		app = createApp();
		await app.session.restore();
	}
	return { app };
}
