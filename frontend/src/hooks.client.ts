// What a failure in `load()` becomes on the error page: the one place where it gets its words.
import type { HandleClientError } from '@sveltejs/kit';
import { Failure } from '$lib/api/failure';
import { words } from '$lib/api/words';
import { m } from '$lib/paraglide/messages.js';

export const handleError: HandleClientError = ({ error, status }) => {
	if (error instanceof Failure) {
		const { kind, reason, requestId } = error;
		return { message: words(error), kind, status: error.status, reason, requestId };
	}
	if (status === 404) return { message: m.error_page_text(), status };
	console.error(error);
	return { message: m.failure_unknown(), status };
};
