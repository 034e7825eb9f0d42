// From a report to what became of it; and what admins decide about people. What each of them reads of it.
import { expect, test } from '@playwright/test';
import { audit, watch } from './support/audit';
import { signIn, visitor } from './support/people';
import { Member } from './support/seed';

const WHY = 'Taken from a newspaper.';

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
		await expect(keepers.getByRole('menuitem', { name: 'Make a moderator' })).toBeFocused();
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

test('a post is reported, hidden and shown again', async ({ browser, page: keepers, baseURL }) => {
	const origin = baseURL ?? '';
	const [keeper, asha, bilal] = await Promise.all([
		Member.keeper(origin),
		Member.register(origin, 'asha'),
		Member.register(origin, 'bilal'),
	]);
	const id = await bilal.post('Front Page', 1);
	await bilal.call(`/posts/${id}/comments`, { body: { text: 'My own, of course.' } });
	const { page: ashas } = await visitor(browser, 'asha');
	const { page: bilals } = await visitor(browser, 'bilal');
	watch(keepers);

	await test.step('Asha reports it by the keyboard, and is where she was', async () => {
		await asha.enter(ashas, `/p/${id}`);
		const menu = ashas.getByRole('button', { name: 'Post options' });
		await menu.press('Enter');
		await expect(ashas.getByRole('menuitem', { name: 'Report post' })).toBeFocused();
		await ashas.keyboard.press('Enter');
		await ashas.getByRole('button', { name: 'Send report' }).click();
		await expect(ashas.getByRole('radio', { name: 'Spam or advertising' })).toBeFocused();
		await audit(ashas, 'report');
		await ashas.getByRole('radio', { name: 'Something else' }).check();
		await ashas.getByLabel('More').fill('This was in the paper.');
		await ashas.getByRole('button', { name: 'Send report' }).click();
		await expect(ashas.getByText('Thank you.')).toBeVisible();
		await expect(menu).toBeFocused();
		await ashas.getByRole('button', { name: 'Report', exact: true }).click();
		await ashas.getByRole('radio', { name: 'Insults or harassment' }).check();
		await ashas.getByRole('button', { name: 'Send report' }).click();
		await expect(ashas.getByRole('dialog')).toBeHidden();
	});

	await test.step('The keeper finds it in the queue, its photograph covered until asked for', async () => {
		await keeper.enter(keepers, '/moderation');
		const report = keepers.getByRole('article', { name: `Post by ${bilal.username}` });
		await expect(report).toContainText('This was in the paper.');
		await expect(report.getByRole('img')).toHaveCount(0);
		await audit(keepers, 'moderation');
		await report.getByRole('button', { name: 'Show photograph' }).click();
		await expect(report.getByRole('img')).toBeVisible();
		await report.getByRole('button', { name: 'Hide' }).click();
		await keepers.getByLabel('Reason').fill(WHY);
		await audit(keepers, 'moderation-hide');
		await keepers.getByRole('dialog').getByRole('button', { name: 'Hide' }).click();
		await expect(report).toContainText('Hidden.');
		const comment = keepers.getByRole('article', { name: `Comment by ${bilal.username}` });
		await comment.getByRole('button', { name: 'Leave it' }).click();
		await keepers.getByRole('dialog').getByRole('button', { name: 'Leave it' }).click();
		await expect(comment).toContainText('Left as it is.');
	});

	await test.step('Whoever opens it reads that it was removed, and why; its author still sees it', async () => {
		await ashas.reload();
		await expect(ashas.getByRole('heading', { name: 'This was removed' })).toBeVisible();
		await expect(ashas.getByRole('main')).toContainText(WHY);
		await audit(ashas, 'removed');
		await bilal.enter(bilals, `/p/${id}`);
		await expect(bilals.getByRole('note')).toContainText(WHY);
		await expect(bilals.getByRole('button', { name: 'Like' })).toBeHidden();
		await audit(bilals, 'removed-own');
	});

	await test.step('What was hidden in haste is shown again, and hidden from its own page', async () => {
		await keepers.getByRole('button', { name: 'Undo' }).click();
		await expect(keepers.getByText('Shown again.')).toBeVisible();
		await keepers.goto(`/p/${id}`);
		await keepers.getByRole('button', { name: 'Post options' }).click();
		await keepers.getByRole('menuitem', { name: 'Hide post' }).click();
		await keepers.getByRole('dialog').getByRole('button', { name: 'Hide' }).click();
		await expect(keepers.getByLabel('Reason')).toHaveAccessibleDescription('Write down the reason.');
		await keepers.getByLabel('Reason').fill(WHY);
		await keepers.getByRole('dialog').getByRole('button', { name: 'Hide' }).click();
		await expect(keepers.getByRole('note')).toContainText(WHY);
	});

	await Promise.all([ashas.context().close(), bilals.context().close()]);
});
