/** To three decimals: what people read. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000;
