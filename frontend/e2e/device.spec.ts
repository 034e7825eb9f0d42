// A device without a browser: it shows a code, a person types it elsewhere, sees who asks from where, and gives a part.
import { expect, test } from '@playwright/test';
import { audit, watch } from './support/audit';
import { Member } from './support/seed';
import { WallFrame } from './support/wall-frame';

test('a person lets a device in by its code, and gives it a part of what it asks for', async ({
	page,
	baseURL,
}) => {
	watch(page);
	const asha = await Member.register(baseURL ?? '', 'asha');
	const frame = await WallFrame.register(asha);
	const code = await frame.begin('openid posts:read likes:write');

	await test.step('The link on the device asks for signing in first, and for nothing else', async () => {
		await page.goto('/device');
		await expect(page.getByRole('heading', { name: 'Connect a device' })).toBeVisible();
		await audit(page, 'device-visitor');
		await page.getByLabel('Username or e-mail').fill(asha.username);
		await page.getByRole('textbox', { name: 'Password', exact: true }).fill(asha.password);
		await page.getByRole('button', { name: 'Sign in' }).click();
	});

	await test.step('A wrong code is told beside the field, and stays there', async () => {
		const field = page.getByLabel('Code on the device');
		await field.fill('bbbb-bbbb');
		await page.getByRole('button', { name: 'Next' }).click();
		await expect(field).toHaveAccessibleDescription(/No device shows this code/);
		await expect(field).toHaveValue('BBBB-BBBB');
		await audit(page, 'device-wrong');
	});

	await test.step('The right one shows the app, the place and each right, before anything is allowed', async () => {
		await page.getByLabel('Code on the device').fill(code.toLowerCase());
		await page.getByRole('button', { name: 'Next' }).click();
		await expect(page.getByRole('heading', { level: 1 })).toContainText('Frame on the Wall');
		await expect(page.getByText(code, { exact: true })).toBeVisible();
		await expect(page.getByText('Asked from 127.0.0.1')).toBeVisible();
		await page.getByRole('switch', { name: 'Like for you' }).uncheck();
		await audit(page, 'device-asks');
		await page.getByRole('button', { name: 'Allow' }).click();
		await expect(page.getByRole('heading', { name: 'The device is connected' })).toBeVisible();
		await audit(page, 'device-done');
	});

	await test.step('The device has what was given, and its code is used up', async () => {
		const { scope } = await frame.tokens();
		expect(scope.split(' ').sort()).toEqual(['openid', 'posts:read']);
		await page.goto(`/device?user_code=${code}`);
		await expect(page.getByLabel('Code on the device')).toHaveAccessibleDescription(/answered before/);
	});
});
