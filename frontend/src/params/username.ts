import type { ParamMatcher } from '@sveltejs/kit';

/** What can be a user name at all; the server's list of reserved ones keeps the app's own pages free. */
export const match: ParamMatcher = (param) => /^[A-Za-z0-9._]{3,30}$/.test(param);
