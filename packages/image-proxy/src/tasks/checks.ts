/** A whole number within bounds. @throws {RangeError} naming the option and the value */
export function wholeNumber(name: string, value: number, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  const bounds = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  throw new RangeError(`${name} must be a whole number ${bounds}, not ${String(value)}`);
}
