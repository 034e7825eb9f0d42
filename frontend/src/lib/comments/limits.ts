/** Most characters of a comment; the server's default. */
export const COMMENT_LIMIT = 1000;
