// The playground, as the tests go to it.

export const url = new URL('/playground', process.env.THALI_URL).href;

export const runButton = (page) => page.getByRole('button', { name: 'Execute query' });

/** Usable: the operation can be read and run. */
export async function isUsable(page) {
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  await runButton(page).waitFor();
}
