// Short notices at the edge of the screen. What they look like is ui/Toaster.svelte's matter.

export interface Toast {
	id: number;
	tone: 'plain' | 'alarm';
	text: string;
	/** One way on, for example "Try again". */
	action?: { label: string; run: () => void };
}

/** Long enough to read two lines; WCAG 2.2.1 is met by the notice never holding the only copy of a text. */
const SHOWN_FOR = 6000;

export class Toasts {
	shown = $state.raw<Toast[]>([]);
	private lastId = 0;

	tell(text: string, action?: Toast['action']): void {
		this.add({ tone: 'plain', text, ...(action && { action }) });
	}

	warn(text: string, action?: Toast['action']): void {
		this.add({ tone: 'alarm', text, ...(action && { action }) });
	}

	dismiss(id: number): void {
		this.shown = this.shown.filter((toast) => toast.id !== id);
	}

	private add(toast: Omit<Toast, 'id'>): void {
		const id = (this.lastId += 1);
		// The same words twice would only cover the page.
		this.shown = [...this.shown.filter(({ text }) => text !== toast.text), { ...toast, id }].slice(-3);
		setTimeout(() => this.dismiss(id), SHOWN_FOR);
	}
}
