/** True in `npm run test:long -w packages/mls`: the full numbers of rounds instead of the everyday ones. */
export const LONG = process.env['MLS_LONG'] === '1';
