/** Cases that do not pass, by name, each with the reason. One that passes after all must leave the list. */
export const expectedFailures: Readonly<Record<string, string>> = {};
