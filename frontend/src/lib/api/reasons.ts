// What each of the server's reason slugs means, in the reader's language.
import { m } from '$lib/paraglide/messages.js';

export const REASONS: Partial<Record<string, () => string>> = {
	username_taken: m.reason_username_taken,
	email_taken: m.reason_email_taken,
	user_not_found: m.reason_user_not_found,
	media_not_ready: m.reason_media_not_ready,
};
