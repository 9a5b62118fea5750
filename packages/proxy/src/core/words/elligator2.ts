const prime = 2n ** 255n - 19n;
/** Curve25519 is v² = u³ + Au² + u (RFC 7748 §4.1). */
const coefficient = 486_662n;
/** The smallest element of the field that is no square (RFC 9380 §6.7.1). */
const nonSquare = 2n;

/**
 * Elligator 2 onto Curve25519 (RFC 9380 §6.7.1): 32 bytes to the 32 bytes of a point's u. As X25519 does, it ignores the
 * highest bit (RFC 7748 §5). Not constant-time, and what BigInt leaves in memory cannot be wiped: see
 * docs/decisions/0011-cpace.md for why that is enough here.
 */
export function mapToCurve(bytes: Uint8Array): Uint8Array {
  const field = decode(bytes);
  // 1 + 2r² is never zero: −1/2 is no square.
  const candidate = reduce(-coefficient * power(1n + nonSquare * field * field, prime - 2n));
  return encode(isOnCurve(candidate) ? candidate : reduce(-candidate - coefficient));
}

function isOnCurve(u: bigint): boolean {
  const square = reduce(u * (u * (u + coefficient) + 1n));
  return power(square, (prime - 1n) / 2n) !== prime - 1n; // Euler's criterion
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let factor = reduce(base);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * factor) % prime;
    factor = (factor * factor) % prime;
  }
  return result;
}

function reduce(number: bigint): bigint {
  const rest = number % prime;
  return rest < 0n ? rest + prime : rest;
}

function decode(bytes: Uint8Array): bigint {
  const highestFirst = Buffer.from(bytes).reverse();
  const number = BigInt.asUintN(255, BigInt(`0x${highestFirst.toString('hex')}`));
  highestFirst.fill(0);
  return reduce(number);
}

function encode(number: bigint): Uint8Array {
  return new Uint8Array(Buffer.from(number.toString(16).padStart(64, '0'), 'hex').reverse());
}
