// Fetches the code of the pages that one goes to from here, when the browser has nothing else to do: the next
// page opens without waiting for its script, and a failing connection is told of by our own page.
import { preloadCode } from '$app/navigation';

const NEXT = ['/', '/p/x', '/search', '/explore', '/create', '/settings'];

export function warm(): void {
	const { connection } = navigator as Navigator & { connection?: { saveData?: boolean } };
	// Whoever counts bytes gets each page's code when it is opened.
	if (connection?.saveData) return;
	const whenIdle = window.requestIdleCallback ?? ((task: () => void) => setTimeout(task, 2000));
	whenIdle(() => {
		// What cannot be fetched now is fetched, and its failure told, when the page is opened.
		void Promise.allSettled(NEXT.map((path) => preloadCode(path)));
	});
}
