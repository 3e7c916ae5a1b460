// node audit.mjs URL
//
// Asks the server at URL all questions that graphql-http has about GraphQL over
// HTTP. MUST, SHOULD and MAY alike have to hold: prints a line for each that does
// not, then how many did, and exits with 1 if one is missing.

import { serverAudits } from 'graphql-http';

const [url, ...rest] = process.argv.slice(2);
if (!url || rest.length > 0) {
  console.error('usage: node audit.mjs URL');
  process.exit(2);
}

// Audits read the body of the answer they look at; this copy is left to print.
let answer;
const keepAnswer = async (...request) => {
  const response = await fetch(...request);
  answer = response.clone();
  return response;
};
const answerLine = async () =>
  `${answer.status} ${(await answer.text()).replace(/\s+/g, ' ').slice(0, 500)}`;

let passed = 0;
let failed = 0;
for (const audit of serverAudits({ url, fetchFn: keepAnswer })) {
  let result;
  try {
    result = await audit.fn();
  } catch (error) {
    // No answer at all: audits return what they find wrong, they do not throw it.
    const reason = `no answer: ${error.cause?.message ?? error.message}`;
    console.log(['fatal', audit.id, audit.name, reason].join(' | '));
    failed += 1;
    continue;
  }
  if (result.status === 'ok') {
    passed += 1;
  } else {
    const { status, id, name, reason } = result;
    console.log([status, id, name, reason, await answerLine()].join(' | '));
    failed += 1;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
