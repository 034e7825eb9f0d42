// The API's types under the names that the app uses.

/** A signed-in device's tokens; the refresh token is in a cookie that no script can read. */
export interface Tokens {
	access_token: string;
	expires_in: number;
	csrf_token: string;
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
