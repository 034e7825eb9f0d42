// Which paths of the one origin belong to the servers and which to the web app. The gateway and the
// proxies in deploy/ divide them in the same way.

const BACKEND = ['/api', '/oauth', '/.well-known', '/docs', '/media'];
const PAGES = ['/oauth/consent'];

/**
 * @param {string} url path with query
 * @returns {boolean} whether the resource server answers it
 */
export function isBackendPath(url) {
	const path = url.split(/[?#]/)[0] ?? '/';
	if (PAGES.includes(path)) return false;
	return BACKEND.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}
