// Scopes in words and in groups. In English the server's words stand, from its one table; a reader of
// another language gets them in that language.
import type { ScopeWords } from '$lib/api/types';
import { m } from '$lib/paraglide/messages.js';
import { getLocale } from '$lib/paraglide/runtime.js';

/** One scope that somebody is asked for. */
export type Asked = ScopeWords & {
	/** The app cannot do without it. */
	required: boolean;
	/** It was allowed before; absent where that is no matter. */
	granted?: boolean;
};

interface Words {
	title: () => string;
	detail: () => string;
}

/** Every scope that an app can register for without a role, in the order in which they are listed. */
export const SCOPES: Record<string, Words> = {
	openid: { title: m.scope_openid, detail: m.scope_openid_detail },
	profile: { title: m.scope_profile, detail: m.scope_profile_detail },
	email: { title: m.scope_email, detail: m.scope_email_detail },
	'profile:read': { title: m.scope_profile_read, detail: m.scope_profile_read_detail },
	'posts:read': { title: m.scope_posts_read, detail: m.scope_posts_read_detail },
	'feed:read': { title: m.scope_feed_read, detail: m.scope_feed_read_detail },
	'follows:read': { title: m.scope_follows_read, detail: m.scope_follows_read_detail },
	'saves:read': { title: m.scope_saves_read, detail: m.scope_saves_read_detail },
	'notifications:read': { title: m.scope_notifications_read, detail: m.scope_notifications_read_detail },
	'profile:write': { title: m.scope_profile_write, detail: m.scope_profile_write_detail },
	'posts:write': { title: m.scope_posts_write, detail: m.scope_posts_write_detail },
	'media:write': { title: m.scope_media_write, detail: m.scope_media_write_detail },
	'comments:write': { title: m.scope_comments_write, detail: m.scope_comments_write_detail },
	'likes:write': { title: m.scope_likes_write, detail: m.scope_likes_write_detail },
	'follows:write': { title: m.scope_follows_write, detail: m.scope_follows_write_detail },
	'saves:write': { title: m.scope_saves_write, detail: m.scope_saves_write_detail },
	'notifications:write': { title: m.scope_notifications_write, detail: m.scope_notifications_write_detail },
	offline_access: { title: m.scope_offline_access, detail: m.scope_offline_access_detail },
};

const SEEING = new Set(['openid', 'profile', 'email']);

/** What an app wants to see of a person, and what it wants to do in their name. */
export function grouped<Named extends { scope: string }>(scopes: readonly Named[]) {
	const sees = ({ scope }: Named) => SEEING.has(scope) || scope.endsWith(':read');
	return { see: scopes.filter(sees), act: scopes.filter((scope) => !sees(scope)) };
}

/** A scope's words in the reader's language. */
export function inWords(said: ScopeWords): { title: string; detail: string } {
	const own = getLocale() === 'en' ? undefined : SCOPES[said.scope];
	return own ? { title: own.title(), detail: own.detail() } : said;
}
