// The blurred picture that stands where a photograph will be. About 30 bytes on the wire.
import { thumbHashToDataURL } from 'thumbhash';

/** CSS for the placeholder, or none where the hash is absent or no hash. @param hash base64 */
export function placeholder(hash: string | null | undefined): string | null {
	if (!hash) return null;
	try {
		const bytes = Uint8Array.from(atob(hash), (character) => character.charCodeAt(0));
		return `url("${thumbHashToDataURL(bytes)}")`;
	} catch {
		return null;
	}
}
