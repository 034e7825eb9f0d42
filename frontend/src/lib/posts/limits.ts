/** Most characters of a post's words; the server's defaults. */
export const POST_LIMITS = { title: 120, caption: 2200 } as const;
