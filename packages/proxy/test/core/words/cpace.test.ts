import { describe, expect, test } from 'vitest';
import {
  calculateGenerator,
  generatorString,
  joinWithLengths,
  multiply,
  sessionKey,
  shareOf,
  transcriptOf,
} from '../../../src/core/words/cpace.ts';

interface Vector {
  channel: string;
  session: string;
  generator: string;
  shares: [string, string];
  point: string;
  sessionKey: string;
}

/** draft-irtf-cfrg-cpace-21, B.1.1 to B.1.5. */
const official: Vector = {
  channel: '0b415f696e69746961746f720b425f726573706f6e646572',
  session: '7e4b4791d6a8ef019b936c79fb7f2c57',
  generator: 'd04bf6d41f6a289632a2e929fa29bebd51092512a7829fdde7d314b62f05a73f',
  shares: [
    '1d13c89278cdadd826f6d8d7f887701430f8380ddc17611cdd6dc989ce0c9f32',
    '248cccf6d5cdc3646f0ad593f9e6cef4e69d4945f8372e623512ecea32185623',
  ],
  point: '5b067effbdc0b2a0e1d907b21ebb25cfedb96a852179a847c37e43ee71322c6b',
  sessionKey:
    '6e19b875f7a561d6b3ca3dbb9ef42ac55de3e717881018204b8922b4d5e53bb2' +
    'aa82c300bea7b65d2b671da71922ddf6472301b79bc270adfa8bf413285f2263',
};

/** testvectors.json of the draft's repository, G_25519: the same with another channel. */
const second: Vector = {
  channel: bytesOf('b2MLQl9yZXNwb25kZXILQV9pbml0aWF0b3I='),
  session: bytesOf('fktHkdao7wGbk2x5+38sVw=='),
  generator: bytesOf('ZOgJnj6mgs/cXLZlwFfrtRTQa/I+vJ90O1G4IkIycHQ='),
  shares: [
    bytesOf('GwLa1tvSmge20oyeBMsvGE8HNDUOMrt+Yv+dvP22PRU='),
    bytesOf('IM2llV+CxJMVRby/QHWM4QENfbTbKpBwE9eceo/PlX8='),
  ],
  point: bytesOf('+X/fz/8cmD7WKDhWpAHeMZHKkZkCsyPF+VDJcD33KXo='),
  sessionKey: bytesOf(
    'oFHuXuJJnRbaP2n0MCGLjqlKGKRbZ/noZJWzgsM9FKXDjOzAzINPlg454NG/fXa5711U7sxeDzhsl60S2ow9Xw==',
  ),
};

const scalars = [
  unhex('21b4f4bd9e64ed355c3eb676a28ebedaf6d8f17bdc365995b319097153044080'),
  unhex('848b0779ff415f0af4ea14df9dd1d3c29ac41d836c7808896c4eba19c51ac40a'),
] as const;
const password = Buffer.from('Password');
const associated = [Buffer.from('ADa'), Buffer.from('ADb')] as const;

describe.each([
  ['of draft 21, B.1', official],
  ['of its testvectors.json', second],
])('[D8] CPACE-X25519-SHA512 against the vectors %s', (_where, vector) => {
  const session = unhex(vector.session);
  const setting = { password, channel: unhex(vector.channel), session };
  const shares = [unhex(vector.shares[0]), unhex(vector.shares[1])] as const;
  const transcript = transcriptOf(
    { share: shares[0], data: associated[0] },
    { share: shares[1], data: associated[1] },
  );

  test('generator', () => {
    expect(hex(calculateGenerator(setting))).toBe(vector.generator);
  });

  test('shares of both ends', () => {
    const generator = calculateGenerator(setting);
    expect(hex(shareOf(scalars[0], generator))).toBe(vector.shares[0]);
    expect(hex(shareOf(scalars[1], generator))).toBe(vector.shares[1]);
  });

  test('the shared point is the same for both ends', () => {
    expect(hex(multiply(scalars[0], shares[1]))).toBe(vector.point);
    expect(hex(multiply(scalars[1], shares[0]))).toBe(vector.point);
  });

  test('session key (ISK, initiator and responder)', () => {
    expect(hex(sessionKey(session, scalars[0], shares[1], transcript))).toBe(vector.sessionKey);
    expect(hex(sessionKey(session, scalars[1], shares[0], transcript))).toBe(vector.sessionKey);
  });

  test('another password, channel or session is another generator (negative control)', () => {
    const others = [
      { ...setting, password: Buffer.from('password') },
      { ...setting, channel: unhex(`${hex(setting.channel)}00`) },
      { ...setting, session: Buffer.alloc(16) },
    ];
    for (const other of others) expect(hex(calculateGenerator(other))).not.toBe(vector.generator);
  });
});

test('[D8] the string that is hashed to the generator (draft 21, B.1.1)', () => {
  const setting = { password, channel: unhex(official.channel), session: unhex(official.session) };
  expect(hex(generatorString(setting))).toBe(
    `0843506163653235350850617373776f72646d${'00'.repeat(109)}18${official.channel}10${official.session}`,
  );
});

test('[D8] strings are joined behind their lengths (draft 21, A.1)', () => {
  expect(hex(joinWithLengths(...['1234', '5', '', '678'].map((text) => Buffer.from(text))))).toBe(
    '043132333401350003363738',
  );
  expect(hex(joinWithLengths(new Uint8Array(127))).slice(0, 4)).toBe('7f00');
  expect(hex(joinWithLengths(new Uint8Array(128))).slice(0, 6)).toBe('800100');
  expect(hex(joinWithLengths(new Uint8Array(16_384))).slice(0, 8)).toBe('80800100');
});

test('[D8] the transcript (draft 21, A.3.5)', () => {
  const [first, other] = ['123', '234'].map((text) => Buffer.from(text));
  const transcript = transcriptOf(
    { share: first ?? password, data: Buffer.from('PartyA') },
    { share: other ?? password, data: Buffer.from('PartyB') },
  );
  expect(hex(transcript)).toBe('03313233065061727479410332333406506172747942');
});

/** draft-irtf-cfrg-cpace-21, B.1.10: shares, and what scalar_mult_vfy gives; null where the exchange must end. */
const lowOrder: [string, string | null][] = [
  ['0000000000000000000000000000000000000000000000000000000000000000', null],
  ['0100000000000000000000000000000000000000000000000000000000000000', null],
  ['ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', null],
  ['e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', null],
  ['5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157', null],
  ['edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', null],
  [
    'daffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'd8e2c776bbacd510d09fd9278b7edcd25fc5ae9adfba3b6e040e8d3b71b21806',
  ],
  ['eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', null],
  [
    'dbffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'c85c655ebe8be44ba9c0ffde69f2fe10194458d137f09bbff725ce58803cdb38',
  ],
  [
    'd9ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
    'db64dafa9b8fdd136914e61461935fe92aa372cb056314e1231bc4ec12417456',
  ],
  [
    'cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880',
    'e062dcd5376d58297be2618c7498f55baa07d7e03184e8aada20bca28888bf7a',
  ],
  [
    '4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7',
    '993c6ad11c4c29da9a56f7691fd0ff8d732e49de6250b6c2e80003ff4629a175',
  ],
];

test.each(lowOrder)('[D8] low-order share %s gives %s (draft 21, B.1.10)', (share, product) => {
  const scalar = unhex('af46e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449aff');
  const given = multiply(scalar, unhex(share));
  expect(given && hex(given)).toBe(product);
  const key = sessionKey(unhex(official.session), scalar, unhex(share), new Uint8Array(0));
  expect(key === null).toBe(product === null);
});

function bytesOf(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

function unhex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

function hex(bytes: Uint8Array | null): string {
  return bytes ? Buffer.from(bytes).toString('hex') : '';
}
