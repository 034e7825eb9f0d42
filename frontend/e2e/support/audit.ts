// Every page that a journey visits is looked at by axe, and by an eye where one is asked for:
// with TAPRI_TEST_SHOTS=<directory> each audited page is also kept as a picture.
import { expect, test, type Page } from '@playwright/test';
import axe from 'axe-core';

/** Fails on any violation that axe finds on the page as it is now; on the phone also in the dark. */
export async function audit(page: Page, name: string): Promise<void> {
	await look(page, name, 'light');
	// Only colours can differ there, and they are the same on every screen.
	const looked = test.info().project.name === 'phone' || process.env.TAPRI_TEST_SHOTS;
	if (!looked) return;
	await page.emulateMedia({ colorScheme: 'dark' });
	await look(page, name, 'dark', ['color-contrast']);
	await page.emulateMedia({ colorScheme: 'light' });
}

/** @param rules only these; all where none are named */
async function look(page: Page, name: string, theme: string, rules?: string[]): Promise<void> {
	// Every page has a heading of the first level; before it is there, nothing is.
	await page.locator('h1').first().waitFor({ state: 'attached' });
	// What is still fading in has another contrast than what it becomes.
	await page.waitForFunction(() =>
		document.getAnimations().every((animation) => animation.playState !== 'running'),
	);
	const directory = process.env.TAPRI_TEST_SHOTS;
	const { name: screen } = test.info().project;
	if (directory) await page.screenshot({ path: `${directory}/${name}-${screen}-${theme}.png` });
	// Axe goes into a page once, and only what is wrong comes back: that way is most of what an audit takes.
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
	const options = { resultTypes: ['violations' as const], ...(rules && { runOnly: rules }) };
	const { violations } = await page.evaluate(async (options) => {
		const inPage = (window as unknown as { axe: typeof axe }).axe;
		return { violations: (await inPage.run(options)).violations };
	}, options);
	const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
	expect(found, `accessibility of ${name} in the ${theme} (${page.url()})`).toEqual([]);
}

/** Fails at the end of the test when a script broke or the content policy stopped something. */
export function watch(page: Page): void {
	page.on('pageerror', (error) => {
		expect.soft(error.message, `a script broke on ${page.url()}`).toBe('');
	});
	page.on('console', (message) => {
		const policy = message.text().includes('Content Security Policy');
		if (policy) expect.soft(message.text(), `blocked on ${page.url()}`).toBe('');
	});
	page.on('request', (request) => {
		const url = new URL(request.url());
		const foreign = url.protocol.startsWith('http') && url.origin !== new URL(page.url()).origin;
		if (foreign && !request.isNavigationRequest()) {
			expect.soft(request.url(), 'a page asks nobody but its own origin').toBe('');
		}
	});
}
