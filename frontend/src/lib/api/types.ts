// The API's types under the names that the app uses.

/** A signed-in device's tokens; the refresh token is in a cookie that no script can read. */
export interface Tokens {
	access_token: string;
	expires_in: number;
	csrf_token: string;
}

/** A browser or program in which the account is signed in. */
export interface Device {
	session_id: string;
	device: string;
	created_at: string;
	last_used: string;
	current: boolean;
}

/** One right of an app, in words. */
export interface ScopeWords {
	scope: string;
	title: string;
	detail: string;
}

export interface AskedScope extends ScopeWords {
	required: boolean;
	granted: boolean;
}

export interface ClientCard {
	client_id: string;
	client_name: string;
	client_uri: string | null;
	logo_url: string | null;
	made_by: UserRef | null;
}

export interface Consent {
	client: ClientCard;
	scopes: AskedScope[];
	user: UserRef | null;
	redirect_host: string;
	reauthenticate: boolean;
	login_hint: string | null;
}

export interface AuthorizedApp extends ClientCard {
	scopes: ScopeWords[];
	granted_at: string;
	last_used: string | null;
}

export interface OwnApp {
	client_id: string;
	client_name: string;
	redirect_uris: string[];
	client_type: 'public' | 'confidential';
	scope: string;
	client_uri: string | null;
	created_at: string;
	last_used: string | null;
}

export interface OwnAppWithSecret extends OwnApp {
	client_secret?: string;
}

export interface UserCounts {
	posts: number;
	followers: number;
	following: number;
}

/** How the reader stands to a person. */
export interface UserViewer {
	following: boolean;
	requested?: boolean;
	follows_you?: boolean;
}

export interface UserRef {
	user_id: string;
	username: string;
	display_name: string;
	avatar_url: string | null;
}

export interface User extends UserRef {
	bio: string;
	created_at: string;
	counts: UserCounts;
	viewer?: UserViewer | null;
}

export interface Me extends User {
	email?: string;
}

export interface Variant {
	url: string;
	width: number;
	height: number;
	type: string;
}

export interface Media {
	media_id: string;
	state: 'processing' | 'ready' | 'failed';
	reason?: string | null;
	alt: string;
	width: number | null;
	height: number | null;
	thumbhash: string | null;
	variants: Variant[];
}

export type Visibility = 'public' | 'followers' | 'private';

export interface Post {
	post_id: string;
	title: string;
	caption: string;
	visibility: Visibility;
	author: UserRef;
	media: Media[];
	counts: { likes: number; comments: number };
	viewer?: { liked: boolean } | null;
	created_at: string;
	updated_at?: string | null;
}

export interface Liked {
	counts: { likes: number; comments: number };
	viewer?: { liked: boolean } | null;
}

export interface Comment {
	comment_id: string;
	post_id: string;
	parent_id: string | null;
	text: string;
	author: UserRef;
	created_at: string;
}

export interface Page<T> {
	items: T[];
	next_cursor: string | null;
}
