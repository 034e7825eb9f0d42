// Where to go after signing in: a page of this app that the person wanted, and never anywhere else.

/** The wanted page out of `?next=`; home where it is missing or would lead out of the app. */
export function nextPage(url: URL): string {
	const wanted = url.searchParams.get('next');
	if (wanted === null) return '/';
	try {
		const target = new URL(wanted, url.origin);
		// `//host`, `/\host` and `javascript:` all resolve to another origin.
		if (target.origin !== url.origin || !wanted.startsWith('/')) return '/';
		return target.pathname + target.search + target.hash;
	} catch {
		return '/';
	}
}

/** The sign-in page that leads back to `url`. */
export function signInFor(url: URL, page: '/login' | '/signup' = '/login'): string {
	const back = url.pathname + url.search;
	return back === '/' ? page : `${page}?${new URLSearchParams({ next: back })}`;
}
