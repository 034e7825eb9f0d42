// Sends one file with its progress. XMLHttpRequest, because fetch cannot tell how far an upload has come.
import { Failure } from '$lib/api/failure';
import type { Credentials } from '$lib/api/client';
import type { Media } from '$lib/api/types';

export interface SendFile {
	file: File;
	/** Told the share that has left, 0 to 1. */
	progress(share: number): void;
	signal: AbortSignal;
	/** The same for every attempt at the same file. */
	key: string;
}

/** Uploads, once more with a new token where the old one had expired. */
export async function sendFile(upload: SendFile, credentials: Credentials): Promise<Media> {
	try {
		return await attempt(upload, credentials.token);
	} catch (thrown) {
		const expired = thrown instanceof Failure && thrown.status === 401;
		if (!expired || !(await credentials.renew())) throw thrown;
		return attempt(upload, credentials.token);
	}
}

function attempt({ file, progress, signal, key }: SendFile, token: string | null): Promise<Media> {
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.open('POST', '/api/v1/media');
		request.responseType = 'json';
		request.setRequestHeader('Accept', 'application/json');
		request.setRequestHeader('Authorization', `Bearer ${token}`);
		request.setRequestHeader('Idempotency-Key', key);
		request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
		request.onerror = () => reject(Failure.network('upload'));
		request.onabort = () => reject(signal.reason);
		request.onload = () => {
			const { status, response } = request;
			if (status >= 200 && status < 300 && response) resolve(response.data as Media);
			else reject(Failure.answer(status, response, headersOf(request)));
		};
		signal.addEventListener('abort', () => request.abort(), { once: true });
		const form = new FormData();
		form.append('file', file);
		request.send(form);
	});
}

function headersOf(request: XMLHttpRequest): Headers {
	const names = ['x-request-id', 'retry-after'];
	const present = names.flatMap((name) => {
		const value = request.getResponseHeader(name);
		return value === null ? [] : [[name, value] as [string, string]];
	});
	return new Headers(present);
}
