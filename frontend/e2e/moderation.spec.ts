// What admins decide about people, and what the people read of it.
import { expect, test } from '@playwright/test';
import { audit, watch } from './support/audit';
import { signIn, visitor } from './support/people';
import { Member } from './support/seed';

test('somebody is suspended, told why, and let in again', async ({ browser, page: keepers, baseURL }) => {
	const origin = baseURL ?? '';
	const [keeper, asha, bilal] = await Promise.all([
		Member.keeper(origin),
		Member.register(origin, 'asha'),
		Member.register(origin, 'bilal'),
	]);
	const { page: bilals } = await visitor(browser, 'bilal');
	watch(keepers);

	await test.step('Bilal is suspended, and told why where he signs in', async () => {
		await keeper.enter(keepers, `/admin/people?q=${bilal.username}`);
		await keepers.getByRole('button', { name: `Manage ${bilal.username}` }).click();
		await audit(keepers, 'people-menu');
		await keepers.getByRole('menuitem', { name: 'Suspend' }).click();
		await keepers.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
		await expect(keepers.getByLabel('Reason')).toBeFocused();
		await keepers.getByLabel('Reason').fill('Again and again.');
		await audit(keepers, 'suspend');
		await keepers.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click();
		await expect(keepers.getByRole('main')).toContainText('Again and again.');
		await bilals.goto(`/login?next=/${bilal.username}`);
		await signIn({ ...bilal, page: bilals });
		await expect(bilals.getByRole('alert')).toContainText('Again and again.');
		await audit(bilals, 'login-suspended');
	});

	await test.step('He comes back, and becomes a moderator', async () => {
		const menu = keepers.getByRole('button', { name: `Manage ${bilal.username}` });
		await menu.press('Enter');
		await keepers.getByRole('menuitem', { name: 'End suspension' }).press('Enter');
		await keepers.getByRole('dialog').getByRole('button', { name: 'End suspension' }).press('Enter');
		await expect(menu).toBeFocused();
		await menu.press('Enter');
		await keepers.keyboard.press('Enter');
		await expect(keepers.getByRole('dialog')).toContainText('a moderator?');
		await keepers.getByRole('button', { name: 'Change role' }).click();
		await expect(keepers.getByRole('main').getByText('Moderator', { exact: true })).toBeVisible();
		await signIn({ ...bilal, page: bilals });
		await expect(bilals.getByRole('heading', { name: bilal.username })).toBeVisible();
	});

	await test.step('All of it is in the log, which others do not get to see', async () => {
		await keepers.getByRole('link', { name: 'Log' }).click();
		await expect(keepers.getByText(`The Keeper suspended ${bilal.username}`)).toBeVisible();
		await expect(
			keepers.getByText(`changed the role of ${bilal.username} from Member to Moderator`),
		).toBeVisible();
		await audit(keepers, 'log');
		await asha.enter(bilals, '/admin/audit');
		await expect(bilals.getByRole('heading', { name: 'Not for your eyes' })).toBeVisible();
	});

	await bilals.context().close();
});
