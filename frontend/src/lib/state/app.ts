// Everything that lives as long as the tab, made once by the root layout and handed down: to `load()` by
// its data, to components by context. To add a thing: a field here, made in `createApp`.
import { createContext } from 'svelte';
import { invalidateAll } from '$app/navigation';
import { Api } from '$lib/api/client';
import { transport } from '$lib/api/transport';
import { Appearance } from './appearance.svelte';
import type { Post } from '$lib/api/types';
import { PageMemory } from './history';
import { IdentityMap } from './identity.svelte';
import { Limits } from './limits.svelte';
import { Session } from './session.svelte';
import { Toasts } from './toasts.svelte';

export interface App {
	session: Session;
	api: Api;
	toasts: Toasts;
	appearance: Appearance;
	memory: PageMemory;
	posts: IdentityMap<Post>;
	limits: Limits;
}

export const [useApp, provideApp] = createContext<App>();

export function createApp(): App {
	const send = transport((input, init) => fetch(input, init));
	const memory = new PageMemory();
	const posts = new IdentityMap<Post>((post) => post.post_id);
	const session = new Session({
		send,
		later(task, milliseconds) {
			const timer = setTimeout(task, milliseconds);
			return () => clearTimeout(timer);
		},
		changed(by) {
			memory.clear();
			posts.clear();
			if (by === 'elsewhere') void invalidateAll();
		},
		channel: new BroadcastChannel('tapri.session'),
	});
	const api = new Api(send, session);
	return {
		session,
		api,
		toasts: new Toasts(),
		appearance: new Appearance(localStorage, document.documentElement),
		memory,
		posts,
		limits: new Limits(() => api.get('/api/v1/limits')),
	};
}
