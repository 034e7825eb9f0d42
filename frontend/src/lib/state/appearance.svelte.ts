// Theme on this device. The shell's script applies it before the first paint; this keeps it and changes it.

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The key is also read by the script in app.html. */
const KEY = 'tapri.theme';

export class Appearance {
	theme = $state<Theme>('system');

	constructor(
		private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>,
		private readonly root: HTMLElement,
	) {
		const kept = storage.getItem(KEY);
		this.theme = THEMES.find((theme) => theme === kept) ?? 'system';
	}

	choose(theme: Theme): void {
		this.theme = theme;
		if (theme === 'system') {
			this.storage.removeItem(KEY);
			delete this.root.dataset.theme;
		} else {
			this.storage.setItem(KEY, theme);
			this.root.dataset.theme = theme;
		}
	}
}
