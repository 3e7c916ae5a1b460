const url = process.env.THALI_URL;
if (!url) throw new Error('THALI_URL: not set; it must be the address of the GraphQL endpoint');

/** The endpoint of the server under test. */
export const server = url;
