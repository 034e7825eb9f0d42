// An account and its ways back in: a forgotten password, another address, and the end of it all.
import { expect, test } from '@playwright/test';
import { audit, watch } from './support/audit';
import { signIn } from './support/people';
import { Member } from './support/seed';

test.beforeEach(({ page }) => watch(page));

test('who forgot the password is told the same whoever they are', async ({ page }) => {
	await page.goto('/login');
	await page.getByRole('link', { name: 'Forgot your password?' }).click();
	await page.getByLabel('E-mail').fill('nobody');
	await page.getByRole('button', { name: 'Send the link' }).click();
	await expect(page.getByLabel('E-mail')).toHaveAccessibleDescription(/Enter a whole e-mail address/);
	await page.getByLabel('E-mail').fill('nobody@example.org');
	await audit(page, 'forgot');
	await page.getByRole('button', { name: 'Send the link' }).click();
	await expect(page.getByRole('heading', { name: 'Look at your mail' })).toBeVisible();
	await audit(page, 'forgot-sent');
});

test('a link that is over leads to a new one', async ({ page }) => {
	await page.goto('/reset-password#token=used-before');
	await page.getByRole('textbox', { name: 'New password' }).fill('short');
	await page.getByRole('button', { name: 'Save password' }).click();
	await expect(page.getByRole('textbox', { name: 'New password' })).toBeFocused();
	await audit(page, 'reset');
	await page.getByRole('textbox', { name: 'New password' }).fill('another monsoon 42');
	await page.getByRole('button', { name: 'Save password' }).click();
	await expect(page.getByRole('heading', { name: 'This link is over' })).toBeVisible();
	await audit(page, 'reset-over');
	await page.getByRole('link', { name: 'Send a new link' }).click();
	await expect(page.getByRole('heading', { name: 'Forgot your password?' })).toBeVisible();
});

test('an address is changed by the password, and an account ended by it', async ({ page, baseURL }) => {
	const asha = await Member.register(baseURL ?? '', 'asha');
	const person = await asha.enter(page, '/settings/contact');

	await test.step('Another address', async () => {
		await expect(page.getByRole('button', { name: 'Change address' })).toBeVisible();
		await audit(page, 'settings-contact');
		await page.getByRole('button', { name: 'Change address' }).click();
		await page.getByLabel('New e-mail address').fill(`new.${asha.username}@example.org`);
		await page.getByRole('textbox', { name: 'Current password' }).fill('not the password');
		await page.getByRole('button', { name: 'Change address' }).click();
		const proof = page.getByRole('textbox', { name: 'Current password' });
		await expect(proof).toHaveAccessibleDescription('This is not your password.');
		await expect(page.getByLabel('New e-mail address')).toHaveValue(`new.${asha.username}@example.org`);
		await proof.fill(asha.password);
		await page.getByRole('button', { name: 'Change address' }).click();
		await expect(page.getByText(`new.${asha.username}@example.org`, { exact: true })).toBeVisible();
	});

	await test.step('A code is pasted as it was written, and a wrong one is told beside the field', async () => {
		await page.route('**/auth/phone/verification', (route) =>
			route.fulfill({
				json: {
					status: 'success',
					message: 'We sent you a code',
					code: 200,
					data: { sent_to: '+919876543210', expires_in: 600, resend_in: 60 },
					timestamp: new Date().toISOString(),
				},
			}),
		);
		await page.getByLabel('Phone number').fill('+91 98765 43210');
		await page.getByRole('button', { name: 'Send a code' }).click();
		const code = page.getByLabel('Six-digit code');
		await expect(code).toHaveAttribute('autocomplete', 'one-time-code');
		await expect(page.getByRole('button', { name: /Send another code in/ })).toBeDisabled();
		// The sixth digit sends it.
		await code.fill('123 456');
		await expect(code).toHaveValue('123456');
		await expect(code).toHaveAccessibleDescription(/This code is over/);
		await audit(page, 'settings-code');
	});

	await test.step('The end of the account', async () => {
		await page.goto('/settings/delete');
		await page.getByRole('textbox', { name: 'Password', exact: true }).fill('not the password');
		await page.getByRole('button', { name: 'Delete my account' }).click();
		await expect(page.getByRole('textbox', { name: 'Password', exact: true })).toHaveAccessibleDescription(
			'This is not your password.',
		);
		await audit(page, 'settings-delete');
		await page.getByRole('textbox', { name: 'Password', exact: true }).fill(asha.password);
		await page.getByRole('button', { name: 'Delete my account' }).click();
		await expect(page.getByRole('link', { name: 'Join Tapri' })).toBeVisible();
		await page.goto('/login');
		await signIn(person);
		await expect(page.getByRole('alert')).toContainText('name or the password is wrong');
	});
});
