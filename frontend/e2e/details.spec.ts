// How it feels: keys, Back, what is taken back when the server says no, several tabs, no connection.
import { expect, test } from '@playwright/test';
import { audit, watch } from './support/audit';
import { Member } from './support/seed';

let asha: Member;

test.beforeAll(async ({ baseURL }) => {
	asha = await Member.register(baseURL ?? '', 'asha');
	for (const title of ['First', 'Second', 'Third', 'Fourth']) await asha.post(title, 1);
	await asha.post('Three from Sunday', 3);
});

test.beforeEach(async ({ page }) => {
	watch(page);
	await asha.enter(page);
});

test('a carousel goes on by the arrow keys and says where it is', async ({ page }) => {
	const carousel = page.getByRole('region', { name: 'Three from Sunday' });
	const track = carousel.getByRole('group', { name: '1 of 3' }).first();
	await track.focus();
	await page.keyboard.press('ArrowRight');
	await expect(carousel.getByText('2 of 3', { exact: true })).toBeVisible();
	await page.keyboard.press('ArrowRight');
	await expect(carousel.getByText('3 of 3', { exact: true })).toBeVisible();
	await page.keyboard.press('ArrowLeft');
	await expect(carousel.getByText('2 of 3', { exact: true })).toBeVisible();
	await audit(page, 'carousel');
});

test('the feed is walked by PageDown and left by Ctrl+End', async ({ page, isMobile }) => {
	test.skip(isMobile, 'a phone has no keys');
	const articles = page.getByRole('article');
	await articles.first().focus();
	await page.keyboard.press('PageDown');
	await expect(articles.nth(1)).toBeFocused();
	await page.keyboard.press('PageUp');
	await expect(articles.first()).toBeFocused();
	await page.keyboard.press('Control+End');
	await expect(page.locator('#feed-end')).toBeFocused();
});

test('the first key leads past the navigation', async ({ page, isMobile }) => {
	test.skip(isMobile, 'a phone has no keys');
	await page.goto('/');
	await page.getByRole('feed').waitFor();
	await page.keyboard.press('Tab');
	await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.locator('main')).toBeFocused();
});

test('Back returns to the same post, and no request is made for it', async ({ page }) => {
	const third = page.getByRole('article').filter({ hasText: 'Second' });
	await third.scrollIntoViewIfNeeded();
	const before = (await third.boundingBox())?.y ?? 0;
	await third.getByRole('heading').getByRole('link').click();
	await expect(page.getByRole('heading', { level: 1, name: 'Second' })).toBeFocused();
	const asked: string[] = [];
	page.on('request', (request) => asked.push(new URL(request.url()).pathname));
	await page.goBack();
	await expect(third).toBeInViewport();
	await expect.poll(async () => Math.abs(((await third.boundingBox())?.y ?? 0) - before)).toBeLessThan(4);
	expect(asked.filter((path) => path.includes('/feed/'))).toEqual([]);
});

test('a like that the server refuses is taken back, and says why', async ({ page, isMobile }) => {
	test.skip(isMobile, 'what it does is the same on every screen');
	const post = page.getByRole('article').filter({ hasText: 'Three from Sunday' });
	const like = post.getByRole('button', { name: 'Like' });
	await page.route('**/like', (route) => route.abort());
	await like.click();
	await expect(page.getByText('No answer from the server.')).toBeVisible();
	await expect(like).toHaveAttribute('aria-pressed', 'false');
	await page.unroute('**/like');
	await like.click();
	await expect(like).toHaveAttribute('aria-pressed', 'true');
});

test('a wrong field is named, takes the focus, and keeps what was typed', async ({ page, isMobile }) => {
	test.skip(isMobile, 'what it does is the same on every screen');
	await page.goto('/settings/password');
	await page.getByRole('textbox', { name: 'Current password' }).fill('not the password');
	await page.getByRole('textbox', { name: 'New password' }).fill('another monsoon 42');
	await page.getByRole('button', { name: 'Change password' }).click();
	const current = page.getByRole('textbox', { name: 'Current password' });
	await expect(current).toBeFocused();
	await expect(current).toHaveAccessibleDescription('This is not your password.');
	await expect(current).toHaveValue('not the password');
	await audit(page, 'password-wrong');
});

test('signing out in one tab signs out the other', async ({ page, context, isMobile }) => {
	test.skip(isMobile, 'what it does is the same on every screen');
	const other = await context.newPage();
	await other.goto('/settings/devices');
	await expect(other.getByText('This device')).toBeVisible();
	await page.goto('/logout');
	await page.getByRole('button', { name: 'Sign out' }).click();
	await expect(page.getByRole('link', { name: 'Join Tapri' })).toBeVisible();
	await expect(other).toHaveURL(/\/login/);
});

test('a page that is not there, and one that cannot be reached, say so', async ({ page, context }) => {
	await page.goto('/nobody.has.this.name');
	await expect(page.getByRole('heading', { name: 'Nothing at this address' })).toBeVisible();
	await audit(page, 'not-found');
	await page.goto('/');
	await page.getByRole('feed').waitFor();
	// The code of the next page comes when the browser has time.
	await page.waitForLoadState('networkidle');
	await context.setOffline(true);
	await page.getByRole('heading', { name: 'Three from Sunday' }).getByRole('link').click();
	await expect(page.getByRole('heading', { name: 'No connection' })).toBeVisible();
	await context.setOffline(false);
});

test('it speaks Hindi when asked to', async ({ page }) => {
	await page.goto('/settings/appearance');
	await page.getByRole('radio', { name: 'हिन्दी' }).check();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('रूप और भाषा');
	await expect(page.locator('html')).toHaveAttribute('lang', 'hi');
	await audit(page, 'hindi');
	await page.goto('/');
	await expect(page.getByRole('navigation', { name: 'मुख्य' })).toBeVisible();
	await audit(page, 'hindi-home');
});
