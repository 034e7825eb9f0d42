// What every form does alike: one submission at a time, the server's objections beside their fields, the
// first wrong field focused, and what was typed left alone.
import { tick } from 'svelte';
import { fieldWords, words } from '$lib/api/words';

export class Form<Field extends string = string> {
	busy = $state(false);
	/** What is wrong with each field, in words. */
	faults = $state<Partial<Record<Field, string>>>({});
	/** What is wrong where no shown field is to blame. */
	problem = $state('');

	/** @param fields names of the fields that the form shows, in the order in which they stand */
	constructor(private readonly fields: readonly Field[] = []) {}

	/**
	 * Runs `task` unless it is running. Objections go to the fields; `element` is the form, to find the field
	 * that takes the focus. Returns whether it succeeded.
	 */
	async submit(element: HTMLFormElement | null, task: () => Promise<void>): Promise<boolean> {
		if (this.busy) return false;
		this.busy = true;
		this.faults = {};
		this.problem = '';
		try {
			await task();
			return true;
		} catch (thrown) {
			await this.object(thrown, element);
			return false;
		} finally {
			this.busy = false;
		}
	}

	/** Shows objections that were found before anything was sent. Returns whether there are none. */
	async check(element: HTMLFormElement | null, faults: Partial<Record<Field, string>>): Promise<boolean> {
		this.faults = faults;
		this.problem = '';
		await this.focusFirst(element);
		return Object.keys(faults).length === 0;
	}

	private async object(thrown: unknown, element: HTMLFormElement | null): Promise<void> {
		const all = fieldWords(thrown);
		const shown = this.fields.filter((field) => all[field] !== undefined);
		this.faults = Object.fromEntries(shown.map((field) => [field, all[field]])) as typeof this.faults;
		if (shown.length === 0) this.problem = words(thrown);
		await this.focusFirst(element);
	}

	private async focusFirst(element: HTMLFormElement | null): Promise<void> {
		const first = this.fields.find((field) => this.faults[field] !== undefined);
		await tick();
		const found = first && element?.elements.namedItem(first);
		// Several controls of one name are a choice: its first stands for it.
		const control = found instanceof RadioNodeList ? found[0] : found;
		if (control instanceof HTMLElement) control.focus();
	}
}
