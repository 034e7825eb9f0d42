// The hand-made page at the resource server's own address, on a Tapri with mail and text messages: an account, its codes
// and links, a post, the whole code flow and a device, by hand.
import { expect, test, type Locator, type Page } from '@playwright/test';
import { audit, watch } from './support/audit';
import { Mailbox } from './support/mailbox';
import { OwnTapri } from './support/own-tapri';

test('everything can be tried by hand before there is a web app', async ({ page }) => {
	test.setTimeout(60_000);
	const mailbox = await Mailbox.open();
	const tapri = await OwnTapri.start({
		TAPRI_MAIL__SMTP: mailbox.address,
		TAPRI_MAIL__FROM: 'Tapri <hello@tapri.example>',
		TAPRI_SMS__GATEWAY: 'console',
	});
	watch(page);
	await page.goto(tapri.resource);

	await test.step('An account, and the codes that confirm where it is reached', async () => {
		const signUp = await opened(page, 'Sign up');
		await signUp.getByLabel('User name').fill('hand');
		await signUp.getByLabel('E-mail').fill('hand@example.org');
		await signUp.getByLabel('Password').fill('monsoon by hand 42');
		await answers(page, signUp, 'Sign up', 201);
		const email = await opened(page, 'Confirm the e-mail');
		await email.getByLabel('Code').fill('not a code');
		await answers(page, email, 'Confirm', 422);
		await expect(email.getByLabel('Code')).toBeFocused();
		await email.getByLabel('Code').fill((await mailbox.letter(/Subject: (\d{6})/))[1] ?? '');
		await answers(page, email, 'Confirm', 200);
		const phone = await opened(page, 'Code for a phone');
		await phone.getByLabel('Phone').fill('+91 98765 43210');
		await answers(page, phone, 'Send a code', 200);
		const confirm = await opened(page, 'Confirm the phone');
		await confirm.getByLabel('Code').fill((await tapri.said(/(\d{6}) is your code/))[1] ?? '');
		await answers(page, confirm, 'Confirm', 200);
	});

	await test.step('A forgotten password, the link, and another one', async () => {
		const forgot = await opened(page, 'Forgotten password');
		await forgot.getByLabel('E-mail').fill('hand@example.org');
		await answers(page, forgot, 'Send a link', 200);
		const reset = await opened(page, 'Password by link');
		await reset.getByLabel('Token').fill((await mailbox.letter(/#token=(\S+)/))[1] ?? '');
		await reset.getByLabel('New password').fill('another by hand 42');
		await answers(page, reset, 'Set password', 200);
		await answers(page, reset, 'Set password', 422);
		await answers(page, await opened(page, 'Who am I'), 'Show me', 401);
		const signIn = await opened(page, 'Sign in');
		await signIn.getByLabel('Password').fill('another by hand 42');
		await signIn.getByLabel('in a cookie').check();
		await answers(page, signIn, 'Sign in', 200);
	});

	await test.step('Sessions: a refresh with and without its CSRF token, another password, the limits', async () => {
		await answers(page, await opened(page, 'Refresh without CSRF'), 'Try it', 403);
		await answers(page, await opened(page, 'Refresh'), 'Refresh', 200);
		const change = await opened(page, 'Change password');
		await change.getByLabel('Current password').fill('another by hand 42');
		await change.getByLabel('New password').fill('third by hand 42');
		await answers(page, change, 'Change password', 200);
		await answers(page, await opened(page, 'Signed-in devices'), 'List sessions', 200);
		await page.getByText('Limits seen').click();
		await expect(page.getByRole('row', { name: /auth\/password\/change/ })).toContainText(/\d of \d/);
	});

	await answers(page, await opened(page, 'Post'), 'Post', 201);
	await answers(page, await opened(page, 'Home feed'), 'Read the feed', 200);

	await test.step('An app, its webhook and a test of that', async () => {
		await answers(page, await opened(page, 'Register an app'), 'Register', 201);
		const add = await opened(page, 'Add a webhook');
		await add.getByLabel('Address').fill('https://127.0.0.1/');
		await answers(page, add, 'Add webhook', 422);
		await add.getByLabel('Address').fill('https://hooks.invalid/');
		await answers(page, add, 'Add webhook', 201);
		await answers(page, await opened(page, 'See to a webhook'), 'Send a test', 201);
		await answers(page, await opened(page, 'What was sent'), 'List deliveries', 200);
		await answers(page, await opened(page, 'Send again'), 'Send again', 201);
		await audit(page, 'static-page');
	});

	await test.step('Its code and its tokens', async () => {
		const ask = await opened(page, 'Ask for access');
		await ask.getByLabel('pushes the request').check();
		await ask.getByRole('button', { name: 'Make the request' }).click();
		await page.locator('#made a').click();
		await page.getByRole('button', { name: 'Allow', exact: true }).click();
		await expect(page.locator('#returned')).toBeVisible();
		expect(page.url()).not.toContain('code=');
		await answers(page, await opened(page, 'Exchange the code'), 'Exchange', 200);
		await answers(page, await opened(page, 'User info'), 'Ask', 200);
		await answers(page, await opened(page, 'Signed-in devices'), 'List sessions', 403);
		await answers(page, await opened(page, 'Refresh as the app'), 'Refresh', 200);
		await answers(page, await opened(page, 'Exchange the code'), 'Exchange', 400);
	});

	await test.step('A device, let in by hand', async () => {
		await answers(page, await opened(page, 'Begin'), 'Begin', 200);
		await answers(page, await opened(page, 'Refresh'), 'Refresh', 200);
		await answers(page, await opened(page, 'What it asks for'), 'Show', 200);
		await answers(page, await opened(page, 'Decide'), 'Decide', 200);
		await answers(page, await opened(page, 'Ask for the tokens'), 'Ask', 200);
		await audit(page, 'static-page-after');
	});

	await tapri.stop();
	mailbox.close();
});

/** The form of the call with this heading, unfolded. */
async function opened(page: Page, heading: string): Promise<Locator> {
	const call = page.locator('.call', { has: page.getByRole('heading', { name: heading, exact: true }) });
	const fold = call.locator('summary').first();
	const folded = await call.evaluate((element) => element instanceof HTMLDetailsElement && !element.open);
	if (folded) await fold.click();
	return call.locator('form');
}

/** Sends the form; the newest entry of the log is the answer, with this status. */
async function answers(page: Page, form: Locator, button: string, status: number): Promise<void> {
	const entries = page.locator('#entries > li');
	const before = await entries.count();
	await form.getByRole('button', { name: button, exact: true }).click();
	await expect(entries).not.toHaveCount(before);
	await expect(page.locator('form[aria-busy="true"]')).toHaveCount(0);
	await expect(entries.first()).toContainText(String(status));
}
