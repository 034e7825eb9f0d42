import type { Failure } from '$lib/api/failure';

declare global {
	namespace App {
		/** What +error.svelte receives: words for the reader, and the failure behind them where there is one. */
		interface Error {
			message: string;
			/** HTTP status of the answer, 0 where none came. */
			status?: number;
			kind?: Failure['kind'];
			reason?: string | null;
			requestId?: string | null;
		}

		interface PageData {
			/** How much of the window the page takes; a column of 600 px where it says nothing. */
			width?: 'column' | 'wide' | 'full';
		}
	}
}

export {};
